package bsh;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;

/**
 * A script parsed once and run many times; parsing costs nine tenths of a short script's time.
 *
 * <p>It stands in the interpreter's package because syntax trees are private to it. What a script
 * does is the same as with {@link Interpreter#eval(String)}, also its error texts. Two sorts of
 * script are not kept parsed: those with errors, whose statements before the error still run, and
 * those that declare classes, because a tree remembers the class of its first run.
 */
public final class ParsedScript {
    private final String text;
    private final String source;
    private final List<SimpleNode> statements;

    public ParsedScript(String text) {
        this.text = text.endsWith(";") ? text : text + ";";
        this.source = "inline evaluation of: ``" + shown(this.text) + "''";
        this.statements = parse();
    }

    /** Runs the script at top level of the interpreter's name space. */
    public void run(Interpreter interpreter) throws EvalError {
        if (statements == null) {
            interpreter.eval(text);
            return;
        }
        CallStack callers = new CallStack(interpreter.getNameSpace());
        for (SimpleNode statement : statements) {
            if (run(statement, callers, interpreter) instanceof ReturnControl) {
                return;
            }
        }
    }

    private Object run(SimpleNode statement, CallStack callers, Interpreter interpreter)
            throws EvalError {
        try {
            return statement.eval(callers, interpreter);
        } catch (InterpreterError error) {
            throw new EvalError(from() + " internal Error: " + error.getMessage(), statement, callers);
        } catch (EvalError error) {
            if (error.getNode() == null) {
                error.setNode(statement);
            }
            error.reThrow(from());
            return null;
        } catch (Exception error) {
            throw new EvalError(from() + " unknown error: " + error.getMessage(), statement, callers);
        }
    }

    private String from() {
        return "Sourced file: " + source;
    }

    private List<SimpleNode> parse() {
        List<SimpleNode> parsed = new ArrayList<>();
        Parser parser = new Parser(new StringReader(text));
        try {
            while (!parser.Line()) {
                if (parser.jjtree.nodeArity() > 0) {
                    SimpleNode node = parser.popNode();
                    if (declaresClass(node)) {
                        return null;
                    }
                    node.setSourceFile(source);
                    parsed.add(node);
                }
            }
            return parsed;
        } catch (ParseException | TokenMgrError error) {
            return null;
        }
    }

    private static boolean declaresClass(SimpleNode node) {
        if (node instanceof BSHClassDeclaration) {
            return true;
        }
        for (int i = 0; i < node.jjtGetNumChildren(); i++) {
            if (declaresClass(node.getChild(i))) {
                return true;
            }
        }
        return false;
    }

    /** The beginning of the script on one line, as the interpreter shows it. */
    private static String shown(String text) {
        String line = text.replace('\n', ' ').replace('\r', ' ');
        return line.length() > 80 ? line.substring(0, 80) + " . . . " : line;
    }
}
