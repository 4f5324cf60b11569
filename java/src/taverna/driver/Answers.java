package taverna.driver;

import java.io.IOException;
import java.io.OutputStream;

/**
 * The way back to the engine, shared by all scripts.
 *
 * <p>Answers gather until there are many or none more is due at once; what gathers while a script
 * thinks is sent by a thread of its own two milliseconds later, so that an answer never waits for
 * the next one.
 */
final class Answers {
    private static final int ENOUGH = 1 << 16;
    private static final int TICK = 2;

    private final OutputStream stream;
    private Packer waiting = new Packer();

    Answers(OutputStream stream) {
        this.stream = stream;
        Thread ticker = new Thread(this::tick, "answers");
        ticker.setDaemon(true);
        ticker.start();
    }

    /** Adds one answer: all that {@code write} puts into the packer. */
    synchronized void add(Packer answer) throws IOException {
        if (waiting.size() == 0) {
            notifyAll();
        }
        waiting.append(answer);
        if (waiting.size() > ENOUGH) {
            flush();
        }
    }

    /** Sends what has gathered, after what scripts have printed. */
    synchronized void flush() throws IOException {
        System.out.flush();
        Packer sending = waiting;
        waiting = new Packer();
        sending.writeTo(stream);
        stream.flush();
    }

    private synchronized void awaitSomething() throws InterruptedException {
        while (waiting.size() == 0) {
            wait();
        }
    }

    private void tick() {
        try {
            while (true) {
                awaitSomething();
                Thread.sleep(TICK);
                flush();
            }
        } catch (InterruptedException | IOException gone) {
            Runtime.getRuntime().halt(1);
        }
    }
}
