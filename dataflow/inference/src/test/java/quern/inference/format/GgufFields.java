package quern.inference.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Where the numbers and strings of a GGUF header are, so that damage can aim at them. */
final class GgufFields {

    private static final long[] EXTREMES = {
        0, 1, 2, 3, 4, 5, 7, 8, 9, 12, 31, 32, 33, 64, 127, 128, 255, 256, 1023, 1025, 4096, 65_535, 65_536, 1 << 22,
        (1 << 22) + 1, Integer.MAX_VALUE, 1L << 31, 0xFFFFFFFFL, 1L << 32, 1L << 40, 1L << 56, 1L << 61, 1L << 62,
        Long.MAX_VALUE, Long.MIN_VALUE, -1, -2, -32
    };

    private record Field(int at, int bytes) {}

    private final byte[] file;
    private final ByteBuffer in;
    private final List<Field> fields = new ArrayList<>();
    private final List<Field> strings = new ArrayList<>();

    GgufFields(byte[] file) {
        this.file = file;
        this.in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        number(4);
        number(4);
        long tensors = number(8);
        long keys = number(8);
        for (long i = 0; i < keys; i++) {
            string();
            value((int) number(4));
        }
        for (long i = 0; i < tensors; i++) {
            string();
            long dimensions = number(4);
            for (long k = 0; k < dimensions; k++) {
                number(8);
            }
            number(4);
            number(8);
        }
    }

    private long number(int bytes) {
        fields.add(new Field(in.position(), bytes));
        return switch (bytes) {
            case 1 -> in.get();
            case 2 -> in.getShort();
            case 4 -> in.getInt();
            default -> in.getLong();
        };
    }

    private void string() {
        int length = (int) number(8);
        strings.add(new Field(in.position(), length));
        in.position(in.position() + length);
    }

    private void value(int type) {
        switch (type) {
            case 8 -> string();
            case 9 -> {
                int element = (int) number(4);
                long count = number(8);
                for (long i = 0; i < count; i++) {
                    value(element);
                }
            }
            default -> number(switch (type) {
                case 0, 1, 7 -> 1;
                case 2, 3 -> 2;
                case 4, 5, 6 -> 4;
                default -> 8;
            });
        }
    }

    /** One to three fields changed: a number for an extreme, a neighbour's value or one off; a string's bytes. */
    byte[] damage(Random random) {
        byte[] bytes = file.clone();
        ByteBuffer out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int hits = 1 + random.nextInt(3); hits > 0; hits--) {
            if (random.nextInt(4) == 0 && !strings.isEmpty()) {
                Field string = strings.get(random.nextInt(strings.size()));
                Field other = strings.get(random.nextInt(strings.size()));
                int count = Math.min(string.bytes, other.bytes);
                if (random.nextBoolean()) {
                    System.arraycopy(file, other.at, bytes, string.at, count);
                } else if (string.bytes > 0) {
                    bytes[string.at + random.nextInt(string.bytes)] = (byte) random.nextInt();
                }
                continue;
            }
            // Most fields are elements of long arrays; the first and last hundred hold counts, types and places.
            int edge = Math.min(400, fields.size());
            int index = switch (random.nextInt(3)) {
                case 0 -> random.nextInt(edge);
                case 1 -> fields.size() - 1 - random.nextInt(edge);
                default -> random.nextInt(fields.size());
            };
            Field field = fields.get(index);
            long old = read(out, field);
            long value = switch (random.nextInt(4)) {
                case 0 -> old + random.nextInt(5) - 2;
                case 1 -> read(out, fields.get(random.nextInt(fields.size())));
                case 2 -> old << 1 + random.nextInt(30);
                default -> EXTREMES[random.nextInt(EXTREMES.length)];
            };
            Mutations.number(bytes, field.at, value, field.bytes);
        }
        return bytes;
    }

    private static long read(ByteBuffer buffer, Field field) {
        return switch (field.bytes) {
            case 1 -> buffer.get(field.at);
            case 2 -> buffer.getShort(field.at);
            case 4 -> buffer.getInt(field.at);
            default -> buffer.getLong(field.at);
        };
    }
}
