package taverna.driver;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Array;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Between values of the workflow and objects of scripts, both ways.
 *
 * <p>On the wire a value is text, binary or an array; a map stands for what is none of these: a
 * file (entries {@code file} and {@code charset}, the latter nil for bytes) or an error ({@code
 * error} is its exception, {@code trace} where it came from). The rules for objects of scripts are
 * those of execution-semantics 1.1.
 */
final class Values {
    private static final Pattern CHARSET = Pattern.compile("charset=\"?([^\\s;\"]+)");
    private static final int PATIENCE = 300_000;

    private final Path scratch;
    private final int large;

    /** Values of {@code large} bytes and more go to files in {@code scratch}. */
    Values(Path scratch, int large) {
        this.scratch = scratch;
        this.large = large;
    }

    /** What a script sees for a value that was sent; lists are changed in place. */
    Object render(Object sent) throws IOException {
        if (sent instanceof List) {
            @SuppressWarnings("unchecked")
            List<Object> items = (List<Object>) sent;
            for (int i = 0; i < items.size(); i++) {
                items.set(i, render(items.get(i)));
            }
        } else if (sent instanceof Map) {
            return content((Map<?, ?>) sent);
        }
        return sent;
    }

    private static Object content(Map<?, ?> file) throws IOException {
        byte[] bytes = Files.readAllBytes(Paths.get((String) file.get("file")));
        if ((Boolean) file.get("binary")) {
            return bytes;
        }
        Object charset = file.get("charset");
        return new String(
                bytes, charset == null ? StandardCharsets.UTF_8 : Charset.forName((String) charset));
    }

    /** Writes an object of a script as a value of the depth. */
    void register(Object object, int depth, Packer to) throws RegistrationFailure, IOException {
        if (object instanceof byte[]) {
            single(object, depth);
            binary((byte[]) object, to);
        } else if (object.getClass().isArray()) {
            array(object, depth, to);
        } else if (object instanceof Collection) {
            list((Collection<?>) object, depth, to);
        } else if (object instanceof Throwable) {
            error((Throwable) object, to);
        } else if (object instanceof File) {
            single(object, depth);
            file((File) object, to);
        } else if (object instanceof URL && ((URL) object).getProtocol().startsWith("http")) {
            single(object, depth);
            fetched((URL) object, to);
        } else if (isText(object)) {
            single(object, depth);
            text(object.toString(), to);
        } else {
            throw new RegistrationFailure(
                    "Failed to register object " + object + ", found a type '"
                    + object.getClass().getName()
                    + "' which cannot currently be registered with the reference manager");
        }
    }

    private static boolean isText(Object object) {
        return object instanceof String || object instanceof Number
                || object instanceof Boolean || object instanceof Character;
    }

    private static void single(Object object, int depth) throws RegistrationFailure {
        if (depth > 0) {
            throw new RegistrationFailure("Cannot register object " + object + " at depth " + depth);
        }
    }

    private void list(Collection<?> items, int depth, Packer to)
            throws RegistrationFailure, IOException {
        if (depth == 0) {
            throw new RegistrationFailure("Cannot register list at depth 0");
        }
        Object[] fixed = items.toArray();
        to.array(fixed.length);
        for (Object item : fixed) {
            register(item, depth - 1, to);
        }
    }

    private void array(Object array, int depth, Packer to) throws RegistrationFailure, IOException {
        Object[] items = new Object[Array.getLength(array)];
        for (int i = 0; i < items.length; i++) {
            items[i] = Array.get(array, i);
        }
        list(Arrays.asList(items), depth, to);
    }

    private void text(String value, Packer to) throws IOException {
        if (value.length() < large) {
            to.text(value);
        } else {
            inFile(value.getBytes(StandardCharsets.UTF_8), "utf-8", to);
        }
    }

    private void binary(byte[] value, Packer to) throws IOException {
        if (value.length < large) {
            to.binary(value);
        } else {
            inFile(value, null, to);
        }
    }

    private void inFile(byte[] content, String charset, Packer to) throws IOException {
        fileAt(Files.write(fresh(), content), charset, to);
    }

    private void fetched(URL address, Packer to) throws IOException {
        URLConnection connection = address.openConnection();
        connection.setConnectTimeout(PATIENCE);
        connection.setReadTimeout(PATIENCE);
        Path file = fresh();
        try (InputStream content = connection.getInputStream()) {
            Files.copy(content, file, StandardCopyOption.REPLACE_EXISTING);
        }
        String type = connection.getContentType();
        Matcher charset = CHARSET.matcher(type == null ? "" : type);
        fileAt(file, charset.find() ? charset.group(1) : null, to);
    }

    private Path fresh() throws IOException {
        return Files.createTempFile(scratch, "value", "");
    }

    private static void file(File file, Packer to) throws IOException {
        if (!file.isFile()) {
            throw new IOException("no such file: " + file.getAbsolutePath());
        }
        fileAt(file.toPath().toAbsolutePath(), null, to);
    }

    private static void fileAt(Path path, String charset, Packer to) {
        to.map(2).text("file").text(path.toString()).text("charset");
        if (charset == null) {
            to.nil();
        } else {
            to.text(charset);
        }
    }

    private static void error(Throwable error, Packer to) {
        to.map(2).text("error").text(error.toString()).text("trace");
        trace(error, to);
    }

    /** Where an error came from: class and method, file, line for each frame. */
    static void trace(Throwable error, Packer to) {
        StackTraceElement[] frames = error.getStackTrace();
        to.array(frames.length);
        for (StackTraceElement frame : frames) {
            to.array(3).text(frame.getClassName() + "." + frame.getMethodName());
            to.text(frame.getFileName() == null ? "" : frame.getFileName());
            to.integer(Math.max(0, frame.getLineNumber()));
        }
    }
}
