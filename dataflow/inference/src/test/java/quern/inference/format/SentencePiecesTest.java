package quern.inference.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import quern.inference.tokenizer.Tokenizer;

/** Pieces as {@code encode_as_pieces} of SentencePiece gives them; checked against npm's sentencepiece-js. */
class SentencePiecesTest {

    private static final int UNIGRAM = 1;
    private static final int BPE = 2;

    /** A model without normalization or a blank in front. */
    private static Tokenizer tokenizer(int type, Map<String, Float> scores) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(piece("<unk>", 0, 2));
        out.writeBytes(piece("<s>", 0, 3));
        out.writeBytes(piece("</s>", 0, 3));
        scores.forEach((text, score) -> out.writeBytes(piece(text, score, 1)));
        out.writeBytes(message(2, new byte[] {3 << 3, (byte) type}));
        out.writeBytes(message(3, new byte[] {3 << 3, 0, 4 << 3, 0}));
        return SentencePieceModel.read(out.toByteArray(), "test.model").tokenizer();
    }

    private static byte[] piece(String text, float score, int kind) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return message(1, ByteBuffer.allocate(utf8.length + 9).order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) (1 << 3 | 2)).put((byte) utf8.length).put(utf8)
                .put((byte) (2 << 3 | 5)).putFloat(score).put((byte) (3 << 3)).put((byte) kind).array());
    }

    private static byte[] message(int field, byte[] bytes) {
        return ByteBuffer.allocate(bytes.length + 2).put((byte) (field << 3 | 2)).put((byte) bytes.length).put(bytes)
                .array();
    }

    private static List<String> pieces(Tokenizer tokenizer, String text) {
        return List.of(tokenizer.pieces(text));
    }

    @Test
    void shouldCompareSumsBeforeTheyAreRoundedWhenTheyNearlyTie() {
        Map<String, Float> scores = new LinkedHashMap<>();
        scores.put("A", -99.7f);
        scores.put("re", -7.412872791290283f);
        scores.put("co", -6.363948345184326f);
        scores.put("rec", -10.055282592773438f);
        scores.put("o", -3.7215850353240967f);
        Tokenizer tokenizer = tokenizer(UNIGRAM, scores);
        // The second is worse by 0.00005; behind a sum of -2100, floats are 0.00024 apart.
        assertEquals(List.of("re", "co"), pieces(tokenizer, "reco"));
        assertEquals(List.of("rec", "o"), pieces(tokenizer, "A".repeat(21) + "reco").subList(21, 23));
    }

    @Test
    void shouldGiveWhatIsWrittenWhenItHasNoPiece() {
        for (int type : new int[] {UNIGRAM, BPE}) {
            Tokenizer tokenizer = tokenizer(type, Map.of("a", -1f, "b", -2f));
            assertEquals(List.of("\u4E2D\u6587", "a", "\n", "b", "\uD83C\uDF3E"),
                    pieces(tokenizer, "\u4E2D\u6587a\nb\uD83C\uDF3E"), "type " + type);
            assertEquals(List.of(), pieces(tokenizer, ""));
        }
    }
}
