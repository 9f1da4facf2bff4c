package quern.inference.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GgufMetadataTest {

    /** Strings as GGUF has them, each behind its length. */
    private static byte[] strings(List<String> texts) {
        List<byte[]> bytes = texts.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
        ByteBuffer out = ByteBuffer.allocate(bytes.stream().mapToInt(one -> 8 + one.length).sum())
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.forEach(one -> out.putLong(one.length).put(one));
        return out.array();
    }

    private static GgufMetadata metadata(int count, byte[] bytes) {
        return new GgufMetadata(Map.of("words", new GgufValue(
                GgufType.STRING, true, count, MemorySegment.ofArray(bytes))), "here");
    }

    @Test
    void shouldReadTextsOfAnyLengthWhereverPiecesEnd() {
        List<String> texts = IntStream.of(0, 1, 65_535, 0, 65_536, 65_537, 3, 200_000, 0, 5, 65_519, 1, 1, 70_000)
                .mapToObj(count -> "é".repeat(count / 2) + "x".repeat(count % 2)).toList();
        assertEquals(texts, metadata(texts.size(), strings(texts)).texts("words"));
        List<String> many = IntStream.range(0, 40_000).mapToObj(i -> "wörd" + i).toList();
        assertEquals(many, metadata(many.size(), strings(many)).texts("words"));
    }

    @Test
    void shouldRefuseALengthThatTheBytesDoNotBearOut() {
        byte[] bytes = strings(List.of("one", "two"));
        for (long length : new long[] {-1, 4, 1L << 23, 1L << 40, Long.MAX_VALUE}) {
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(11, length);
            var refused = assertThrows(
                    ModelFormatException.class, () -> metadata(2, bytes).texts("words"), () -> "length " + length);
            assertTrue(refused.getMessage().contains("words"), refused.getMessage());
        }
    }
}
