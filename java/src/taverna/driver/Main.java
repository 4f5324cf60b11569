package taverna.driver;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Paths;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Runs scripts for the engine: one process per run.
 *
 * <p>Requests come on standard input, answers go to the file named by the first argument (a pipe
 * that was inherited), so that standard output and error belong to the scripts. A request is an
 * array: {@code [0, script, text, inputs, outputs]} declares a script, {@code [1, request, script,
 * rows]} runs it once for each row of input values. Each run is answered by {@code [request,
 * status, ...]}, see {@link Script}.
 */
public final class Main {
    private static final int GRACE = 2000;

    private final Map<Long, Script> scripts = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(Main::daemon);
    private final Unpacker requests;
    private final Answers answers;
    private final Values values;

    private Main(Unpacker requests, Answers answers, Values values) {
        this.requests = requests;
        this.answers = answers;
        this.values = values;
    }

    /** Arguments: where answers go, directory of large values, size from which a value is large. */
    public static void main(String[] arguments) throws IOException {
        Unpacker requests = new Unpacker(System.in);
        System.setIn(new ByteArrayInputStream(new byte[0]));
        Answers answers = new Answers(new FileOutputStream(arguments[0]));
        Values values = new Values(Paths.get(arguments[1]), Integer.parseInt(arguments[2]));
        new Main(requests, answers, values).serve();
    }

    private void serve() throws IOException {
        Runtime.getRuntime().addShutdownHook(new Thread(this::reportExit));
        try {
            while (true) {
                handle((List<?>) requests.read());
            }
        } catch (EOFException engineGone) {
            threads.execute(Main::haltSoon);
            System.exit(0);
        }
    }

    private void handle(List<?> message) {
        if ((Long) message.get(0) == 0) {
            scripts.put(
                    (Long) message.get(1),
                    new Script(
                            (String) message.get(2), (List<?>) message.get(3),
                            (List<?>) message.get(4), values, answers));
        } else {
            scripts.get((Long) message.get(2))
                    .submit((Long) message.get(1), (List<?>) message.get(3), threads);
        }
    }

    private void reportExit() {
        try {
            for (Script script : scripts.values()) {
                script.reportExit();
            }
            answers.flush();
        } catch (IOException engineGone) {
            Runtime.getRuntime().halt(1);
        }
    }

    private static void haltSoon() {
        try {
            Thread.sleep(GRACE);
        } catch (InterruptedException early) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(0);
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        return thread;
    }
}
