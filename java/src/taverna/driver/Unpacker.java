package taverna.driver;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads MessagePack from a stream: integers as Long, text as String, binary as byte[], arrays as
 * ArrayList, maps as Map. Extensions and floats are never sent to us.
 */
final class Unpacker {
    private final DataInputStream in;

    Unpacker(InputStream stream) {
        in = new DataInputStream(new BufferedInputStream(stream, 1 << 16));
    }

    /** The next object. Throws EOFException when the other side has gone. */
    Object read() throws IOException {
        int type = in.readUnsignedByte();
        if (type < 0x80) {
            return (long) type;
        } else if (type < 0x90) {
            return map(type & 0x0f);
        } else if (type < 0xa0) {
            return array(type & 0x0f);
        } else if (type < 0xc0) {
            return text(type & 0x1f);
        } else if (type >= 0xe0) {
            return (long) (byte) type;
        }
        return readLong(type);
    }

    private Object readLong(int type) throws IOException {
        switch (type) {
            case 0xc0: return null;
            case 0xc2: return Boolean.FALSE;
            case 0xc3: return Boolean.TRUE;
            case 0xc4: return in.readNBytes(in.readUnsignedByte());
            case 0xc5: return in.readNBytes(in.readUnsignedShort());
            case 0xc6: return in.readNBytes(in.readInt());
            case 0xcc: return (long) in.readUnsignedByte();
            case 0xcd: return (long) in.readUnsignedShort();
            case 0xce: return in.readInt() & 0xffffffffL;
            case 0xcf: case 0xd3: return in.readLong();
            case 0xd0: return (long) in.readByte();
            case 0xd1: return (long) in.readShort();
            case 0xd2: return (long) in.readInt();
            case 0xd9: return text(in.readUnsignedByte());
            case 0xda: return text(in.readUnsignedShort());
            case 0xdb: return text(in.readInt());
            case 0xdc: return array(in.readUnsignedShort());
            case 0xdd: return array(in.readInt());
            case 0xde: return map(in.readUnsignedShort());
            default: throw new IOException("MessagePack type " + type + " is not one of ours");
        }
    }

    private String text(int length) throws IOException {
        return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    private List<Object> array(int length) throws IOException {
        List<Object> items = new ArrayList<>(length);
        for (int i = 0; i < length; i++) {
            items.add(read());
        }
        return items;
    }

    private Map<String, Object> map(int length) throws IOException {
        Map<String, Object> entries = new HashMap<>();
        for (int i = 0; i < length; i++) {
            entries.put((String) read(), read());
        }
        return entries;
    }
}
