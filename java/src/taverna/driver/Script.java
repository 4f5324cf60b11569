package taverna.driver;

import bsh.EvalError;
import bsh.Interpreter;
import bsh.ParsedScript;
import bsh.TargetError;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;

/**
 * One activity: its script, its interpreter and the invocations that wait for it.
 *
 * <p>Invocations of one activity follow each other, as they share the interpreter; different
 * activities run side by side.
 */
final class Script implements Runnable {
    static final int VALUES = 0;
    static final int EVALUATION_FAILED = 1;
    static final int DATA_FAILED = 2;
    static final int UNCAUGHT = 3;
    static final int EXITED = 4;

    private final Interpreter interpreter = new Interpreter();
    private final ParsedScript script;
    private final List<?> inputs;
    private final List<?> outputs;
    private final Values values;
    private final Answers answers;
    private final Queue<Batch> queue = new ArrayDeque<>();
    private boolean running;
    private volatile Thread thread;
    private volatile long request;

    private static final class Batch {
        final long request;
        final List<?> rows;

        Batch(long request, List<?> rows) {
            this.request = request;
            this.rows = rows;
        }
    }

    /** {@code inputs} are variable names; {@code outputs} are pairs of name and depth. */
    Script(String text, List<?> inputs, List<?> outputs, Values values, Answers answers) {
        this.script = new ParsedScript(text);
        this.inputs = inputs;
        this.outputs = outputs;
        this.values = values;
        this.answers = answers;
    }

    synchronized void submit(long request, List<?> rows, Executor threads) {
        queue.add(new Batch(request, rows));
        if (!running) {
            running = true;
            threads.execute(this);
        }
    }

    private synchronized Batch next() {
        Batch batch = queue.poll();
        running = batch != null;
        thread = running ? Thread.currentThread() : null;
        return batch;
    }

    @Override
    public void run() {
        try {
            for (Batch batch = next(); batch != null; batch = next()) {
                request = batch.request;
                for (Object row : batch.rows) {
                    answers.add(answer((List<?>) row));
                }
            }
            answers.flush();
        } catch (IOException engineGone) {
            Runtime.getRuntime().halt(1);
        }
    }

    /** Tells the engine that this script has asked the JVM to end, if it was this one. */
    void reportExit() throws IOException {
        Thread suspect = thread;
        if (suspect == null) {
            return;
        }
        for (StackTraceElement frame : suspect.getStackTrace()) {
            if (frame.getClassName().equals("java.lang.Shutdown")) {
                answers.add(begin(new Packer(), EXITED).array(0));
                return;
            }
        }
    }

    private Packer begin(Packer packer, int status) {
        return packer.array(3).integer(request).integer(status);
    }

    private Packer answer(List<?> row) {
        Packer packer = new Packer();
        try {
            evaluate(row);
            begin(packer, VALUES).array(outputs.size());
            for (Object output : outputs) {
                collect((String) ((List<?>) output).get(0), (Long) ((List<?>) output).get(1), packer);
            }
        } catch (EvalError error) {
            packer.truncate(0);
            begin(packer, EVALUATION_FAILED).array(1).text(explain(error));
        } catch (RegistrationFailure | IOException error) {
            packer.truncate(0);
            begin(packer, DATA_FAILED).array(1).text(String.valueOf(error.getMessage()));
        } catch (Throwable error) {
            packer.truncate(0);
            begin(packer, UNCAUGHT).array(2).text(error.toString());
            Values.trace(error, packer);
        } finally {
            interpreter.getNameSpace().clear();
        }
        return packer;
    }

    private void evaluate(List<?> row) throws EvalError, IOException {
        interpreter.getNameSpace().clear();
        for (int i = 0; i < inputs.size(); i++) {
            if (row.get(i) != null) {
                interpreter.set((String) inputs.get(i), values.render(row.get(i)));
            }
        }
        script.run(interpreter);
    }

    private void collect(String name, long depth, Packer packer)
            throws EvalError, RegistrationFailure, IOException {
        Object value = interpreter.get(name);
        if (value == null) {
            packer.nil();
        } else {
            values.register(value, (int) depth, packer);
        }
    }

    private static String explain(EvalError error) {
        try {
            return "Line " + error.getErrorLineNumber() + ": " + cause(error);
        } catch (NullPointerException noLine) {
            return cause(error);
        }
    }

    private static String cause(Throwable error) {
        if (error instanceof TargetError && ((TargetError) error).getTarget() != null) {
            Throwable target = ((TargetError) error).getTarget();
            return target.getClass().getCanonicalName() + ": " + cause(target);
        }
        return error.getCause() == null ? String.valueOf(error.getMessage()) : cause(error.getCause());
    }
}
