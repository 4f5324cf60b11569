package taverna.driver;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes MessagePack (msgpack.org, specification of 2013) into memory. */
final class Packer {
    private byte[] bytes = new byte[256];
    private int size;

    int size() {
        return size;
    }

    /** Forgets what was written after {@code size} said this. */
    void truncate(int wanted) {
        size = wanted;
    }

    void writeTo(OutputStream stream) throws IOException {
        stream.write(bytes, 0, size);
    }

    void append(Packer other) {
        room(other.size);
        System.arraycopy(other.bytes, 0, bytes, size, other.size);
        size += other.size;
    }

    Packer nil() {
        room(1);
        bytes[size++] = (byte) 0xc0;
        return this;
    }

    Packer integer(long value) {
        if (value >= 0 && value < 0x80) {
            room(1);
            bytes[size++] = (byte) value;
            return this;
        }
        head(0xd3, 8, value);
        return this;
    }

    Packer text(String value) {
        byte[] content = value.getBytes(StandardCharsets.UTF_8);
        if (content.length < 32) {
            room(1);
            bytes[size++] = (byte) (0xa0 | content.length);
        } else {
            head(0xdb, 4, content.length);
        }
        return raw(content);
    }

    Packer binary(byte[] value) {
        head(0xc6, 4, value.length);
        return raw(value);
    }

    Packer array(int items) {
        if (items < 16) {
            room(1);
            bytes[size++] = (byte) (0x90 | items);
        } else {
            head(0xdd, 4, items);
        }
        return this;
    }

    /** Of fewer than 16 entries. */
    Packer map(int entries) {
        room(1);
        bytes[size++] = (byte) (0x80 | entries);
        return this;
    }

    private void head(int type, int width, long value) {
        room(1 + width);
        bytes[size++] = (byte) type;
        for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) {
            bytes[size++] = (byte) (value >>> shift);
        }
    }

    private Packer raw(byte[] content) {
        room(content.length);
        System.arraycopy(content, 0, bytes, size, content.length);
        size += content.length;
        return this;
    }

    private void room(int more) {
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(size + more, bytes.length * 2));
        }
    }
}
