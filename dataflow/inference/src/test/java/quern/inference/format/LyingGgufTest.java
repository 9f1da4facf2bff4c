package quern.inference.format;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LyingGgufTest {

    /** Bytes written as GGUF writes them. */
    private static final class Bytes {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Bytes u32(long value) {
            out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt((int) value).array());
            return this;
        }

        Bytes u64(long value) {
            out.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
            return this;
        }

        Bytes text(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            u64(bytes.length);
            out.writeBytes(bytes);
            return this;
        }

        Bytes tensor(String name, long type, long offset, long... dimensions) {
            text(name).u32(dimensions.length);
            for (long dimension : dimensions) {
                u64(dimension);
            }
            return u32(type).u64(offset);
        }

        byte[] padded(int bytes) {
            byte[] padded = new byte[Math.max(bytes, out.size())];
            System.arraycopy(out.toByteArray(), 0, padded, 0, out.size());
            return padded;
        }
    }

    private static Bytes header(long tensors, long keys) {
        return new Bytes().u32(GgufReader.MAGIC).u32(3).u64(tensors).u64(keys);
    }

    static Stream<Arguments> lies() {
        return Stream.of(
                Arguments.of("0x", new Bytes().u32(0x12345678)),
                Arguments.of("magic", new Bytes()),
                Arguments.of("version 1", new Bytes().u32(GgufReader.MAGIC).u32(1)),
                Arguments.of("big-endian", new Bytes().u32(GgufReader.MAGIC).u32(0x03000000)),
                Arguments.of("tensor count", header(1L << 63, 0)),
                Arguments.of("tensor count", header(1L << 40, 0)),
                Arguments.of("key count", header(0, 1L << 62)),
                Arguments.of("metadata key", header(0, 1).u64(1L << 40)),
                Arguments.of("metadata key", header(0, 1).u64(2000)),
                Arguments.of("value type 13", header(0, 1).text("k").u32(13)),
                Arguments.of("ends inside k", header(0, 1).text("k").u32(8).u64(1 << 20)),
                Arguments.of("at most", header(0, 1).text("k").u32(8).u64(1L << 40)),
                Arguments.of("array of arrays", header(0, 1).text("k").u32(9).u32(9).u64(1).u32(4).u64(1).u32(7)),
                Arguments.of("element of k count", header(0, 1).text("k").u32(9).u32(4).u64(1L << 62)),
                Arguments.of("ends inside k", header(0, 1).text("k").u32(9).u32(10).u64(1 << 20)),
                Arguments.of("ends inside k", header(0, 1).text("k").u32(9).u32(8).u64(1 << 20).text("a")),
                Arguments.of("twice", header(0, 2).text("k").u32(4).u32(1).text("k").u32(4).u32(1)),
                Arguments.of("alignment 0", header(0, 1).text("general.alignment").u32(4).u32(0)),
                Arguments.of("alignment 48", header(0, 1).text("general.alignment").u32(4).u32(48)),
                Arguments.of("alignment", header(0, 1).text("general.alignment").u32(4).u32(1L << 31)),
                Arguments.of("tensor name", header(1, 0).u64(1L << 40)),
                Arguments.of("0 dimensions", header(1, 0).tensor("t", 0, 0)),
                Arguments.of("5 dimensions", header(1, 0).tensor("t", 0, 0, 1, 1, 1, 1, 1)),
                Arguments.of("dimension of 0", header(1, 0).tensor("t", 0, 0, 0)),
                Arguments.of("dimension of", header(1, 0).tensor("t", 0, 0, -1)),
                Arguments.of("rows", header(1, 0).tensor("t", 0, 0, 1 << 30, 1 << 30, 1 << 30, 1 << 30)),
                Arguments.of("bytes of weights", header(1, 0).tensor("t", 0, 0, 1 << 30, 1 << 30)),
                Arguments.of("bytes of weights", header(1, 0).tensor("t", 0, 1L << 62, 8)),
                Arguments.of("bytes of weights", header(1, 0).tensor("t", 0, 32, 8192)),
                Arguments.of("starts at", header(1, 0).tensor("t", 0, 1L << 63, 8)),
                Arguments.of("starts at 4", header(1, 0).tensor("t", 0, 4, 8)),
                Arguments.of("ggml type 31", header(1, 0).tensor("t", 31, 0, 8)),
                Arguments.of("multiple of 32", header(1, 0).tensor("t", 8, 0, 8)),
                Arguments.of("overlaps", header(2, 0).tensor("t", 0, 0, 32).tensor("u", 0, 64, 8)),
                Arguments.of("twice", header(2, 0).tensor("t", 0, 0, 8).tensor("t", 0, 32, 8)),
                Arguments.of("general.architecture", header(0, 0)),
                Arguments.of("supported are [llama, qwen2, ",
                        header(0, 1).text("general.architecture").u32(8).text("mamba")),
                Arguments.of("token_embd", header(0, 3).text("general.architecture").u32(8).text("llama")
                        .text("llama.embedding_length").u32(4).u32(64)
                        .text("llama.attention.head_count").u32(4).u32(8)));
    }

    @ParameterizedTest
    @MethodSource("lies")
    void shouldRefuseAndSay(String part, Bytes lie) throws Exception {
        byte[] file = lie.out.size() < 24 ? lie.out.toByteArray() : lie.padded(16_384);
        if (part.equals("ends inside k") || part.equals("magic")) {
            file = lie.out.toByteArray();
        }
        byte[] bytes = file;
        var refused = assertThrows(ModelFormatException.class, () -> DamagedModelTest.gguf(bytes));
        assertTrue(refused.getMessage().contains(part), refused.getMessage());
        assertTrue(Mutations.isRefused(bytes, DamagedModelTest::gguf, part));
    }
}
