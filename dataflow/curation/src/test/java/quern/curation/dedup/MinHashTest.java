package quern.curation.dedup;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import quern.curation.ClusterDeduplicator.Admission;
import quern.curation.Reference;
import quern.curation.text.TextView;

/** Golden values computed by running Data-Juicer 1.4.3. */
class MinHashTest {

    @Test
    void shouldDrawTheReferencePermutationsWhenSeeded() {
        Permutations permutations = new Permutations(256);
        assertEquals(2297359619001564596L, permutations.a[0]);
        assertEquals(1396682528897996046L, permutations.b[0]);
        assertEquals(1973689801170867272L, permutations.a[1]);
        assertEquals(2092141031243851673L, permutations.a[255]);
        assertEquals(797693216700694537L, permutations.b[255]);
    }

    @Test
    void shouldChooseTheReferenceBandsWhenThresholdAndPermutationsAreGiven() {
        assertEquals(new Bands(25, 10), Bands.optimal(0.7, 256));
        assertEquals(new Bands(14, 9), Bands.optimal(0.7, 128));
        assertEquals(new Bands(17, 15), Bands.optimal(0.8, 256));
        assertEquals(new Bands(9, 13), Bands.optimal(0.8, 128));
        assertEquals(new Bands(42, 6), Bands.optimal(0.5, 256));
        assertEquals(new Bands(25, 5), Bands.optimal(0.5, 128));
        assertEquals(new Bands(9, 28), Bands.optimal(0.9, 256));
    }

    @Test
    void shouldGiveTheReferenceBandsByteForByteWhenTextsAreSigned() throws IOException {
        JsonNode golden = Reference.json("golden.json");
        int compared = 0;
        for (String kind : List.of("space_5", "character_5", "punctuation_5", "space_1")) {
            String[] parts = kind.split("_");
            var shingles = new Shingles(Shingles.Tokens.valueOf(parts[0].toUpperCase(Locale.ROOT)),
                    Integer.parseInt(parts[1]), true, null);
            var minHash = new MinHashDeduplicator("text", List.of(), shingles, new Bands(25, 10), Admission.DROP);
            JsonNode expected = golden.path("dedup").path("minhash_" + kind + "_first3bands_hex");
            for (int i = 0; i < expected.size(); i++) {
                String text = golden.path("texts").get(i).asText();
                if (expected.get(i).has("error")) {
                    assertEquals(Admission.DROP, minHash.sign(new TextView(text), new byte[200], 0), kind + i);
                    continue;
                }
                long[] values = minHash.values(text);
                for (int band = 0; band < expected.get(i).size(); band++) {
                    StringBuilder hex = new StringBuilder();
                    for (int row = 0; row < 10; row++) {
                        hex.append("%016x".formatted(values[band * 10 + row]));
                    }
                    assertEquals(expected.get(i).get(band).asText(), hex.toString(), kind + " text " + i);
                    compared++;
                }
            }
        }
        assertTrue(compared > 60, "only " + compared + " bands compared");
    }

    /** The definition, one shingle after the other: a text with all lengths of shingles, long and repeated ones. */
    @Test
    void shouldAgreeWithTheDefinitionWhenShinglesAreOfAnyLength() throws NoSuchAlgorithmException {
        Random random = new Random(8);
        for (int words : new int[] {1, 2, 3, 5, 127, 128, 129, 131, 700}) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < words; i++) {
                text.append("\u00e9x".repeat(random.nextInt(i % 50 == 7 ? 90 : 24))).append(random.nextInt(9))
                        .append(i % 40 == 5 ? "\ud800" : "").append("  ".substring(random.nextInt(2)));
            }
            var shingles = new Shingles(Shingles.Tokens.SPACE, 1, false, null);
            var minHash = new MinHashDeduplicator("text", List.of(), shingles, new Bands(5, 3), Admission.KEEP);
            long[] expected = new long[15];
            Arrays.fill(expected, 0xFFFFFFFFL);
            Permutations permutations = new Permutations(15);
            for (String token : text.toString().split(" +")) {
                byte[] digest = MessageDigest.getInstance("SHA-1").digest(token.getBytes(StandardCharsets.UTF_8));
                long hash = ByteBuffer.wrap(digest).order(ByteOrder.LITTLE_ENDIAN).getInt() & 0xFFFFFFFFL;
                for (int i = 0; i < 15; i++) {
                    long value = permutations.a[i] * hash + permutations.b[i];
                    long remainder = Long.remainderUnsigned(value, Permutations.PRIME);
                    expected[i] = Math.min(expected[i], remainder & 0xFFFFFFFFL);
                }
            }
            assertArrayEquals(expected, minHash.values(text.toString()), words + " words");
        }
    }

    @Test
    void shouldGiveTheLeastPermutedHashesWhenTextHasShingles() {
        var shingles = new Shingles(Shingles.Tokens.SPACE, 1, true, null);
        var minHash = new MinHashDeduplicator("text", List.of(), shingles, new Bands(25, 10), Admission.KEEP);
        long[] values = minHash.values("a");
        assertEquals(0x8d6a8d46L, values[0]);
        assertEquals(0x0741c1c8L, values[1]);
        assertEquals(0xbfb67ab6L, values[2]);
    }
}
