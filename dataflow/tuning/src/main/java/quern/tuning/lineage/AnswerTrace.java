package quern.tuning.lineage;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import quern.inference.tokenizer.Tokenizer;

/**
 * Finds the spans of an answer that stand word for word in training samples: every maximal run of equal tokens of at
 * least a given length. A span that a model repeats is evidence of where it has it from; it is no proof that nothing
 * else contributed.
 */
public final class AnswerTrace {

    /**
     * One training sample.
     *
     * @param sampleId names it in its dataset
     * @param text what the model was to learn to say
     * @param documentId the document that {@code text} was taken from
     * @param from place of {@code text} in the document's text, in characters
     */
    public record Source(String sampleId, String text, String documentId, long from) {}

    /**
     * A span of the answer that a sample holds.
     *
     * @param answerFrom first character in the answer
     * @param answerTo one past the last
     * @param documentFrom first character in the document's text
     * @param tokens length of the span
     */
    public record Match(
            int answerFrom, int answerTo, int tokens, String text, String sampleId, String documentId,
            long documentFrom) {

        public long documentTo() {
            return documentFrom + text.length();
        }
    }

    private final Tokenizer tokenizer;
    private final String answer;
    private final int spanTokensMin;
    private final int[] ids;
    private final int[] offsets;
    private final Map<Integer, List<Integer>> starts = new HashMap<>();
    private final List<Match> matches = new ArrayList<>();

    private AnswerTrace(Tokenizer tokenizer, String answer, int spanTokensMin) {
        this.tokenizer = tokenizer;
        this.answer = answer;
        this.spanTokensMin = spanTokensMin;
        this.ids = tokenizer.encode(answer, false);
        this.offsets = offsets(tokenizer, ids);
        for (int i = 0; i + spanTokensMin <= ids.length; i++) {
            int hash = Arrays.hashCode(Arrays.copyOfRange(ids, i, i + spanTokensMin));
            starts.computeIfAbsent(hash, key -> new ArrayList<>()).add(i);
        }
    }

    /** Matches in the order of the answer, longest first, then by sample. */
    public static List<Match> of(Tokenizer tokenizer, String answer, Iterable<Source> sources, int spanTokensMin) {
        AnswerTrace trace = new AnswerTrace(tokenizer, answer, spanTokensMin);
        if (!trace.starts.isEmpty()) {
            sources.forEach(trace::search);
        }
        trace.matches.sort(Comparator.comparingInt(Match::answerFrom)
                .thenComparing(Comparator.comparingInt(Match::tokens).reversed())
                .thenComparing(Match::sampleId));
        return List.copyOf(trace.matches);
    }

    private void search(Source source) {
        int[] tokens = tokenizer.encode(source.text(), false);
        int[] places = null;
        for (int at = 0; at + spanTokensMin <= tokens.length; at++) {
            List<Integer> candidates =
                    starts.get(Arrays.hashCode(Arrays.copyOfRange(tokens, at, at + spanTokensMin)));
            if (candidates == null) {
                continue;
            }
            for (int start : candidates) {
                boolean begun = start > 0 && at > 0 && ids[start - 1] == tokens[at - 1];
                int length = begun ? 0 : commonLength(tokens, at, start);
                if (length >= spanTokensMin) {
                    places = places == null ? offsets(tokenizer, tokens) : places;
                    matches.add(match(source, start, length, places[at]));
                }
            }
        }
    }

    private int commonLength(int[] tokens, int at, int start) {
        int length = 0;
        int most = Math.min(ids.length - start, tokens.length - at);
        while (length < most && ids[start + length] == tokens[at + length]) {
            length++;
        }
        return length;
    }

    private Match match(Source source, int start, int length, int place) {
        int from = offsets[start];
        int to = offsets[start + length];
        return new Match(from, to, length, answer.substring(from, to), source.sampleId(), source.documentId(),
                source.from() + place);
    }

    /** Character at which each token begins, and the length of the text at the end. */
    private static int[] offsets(Tokenizer tokenizer, int[] ids) {
        int[] offsets = new int[ids.length + 1];
        int chars = 0;
        byte[] pending = new byte[0];
        for (int i = 0; i < ids.length; i++) {
            offsets[i] = chars;
            byte[] bytes = tokenizer.bytes(ids[i]);
            byte[] all = Arrays.copyOf(pending, pending.length + bytes.length);
            System.arraycopy(bytes, 0, all, pending.length, bytes.length);
            int whole = wholeCharacters(all);
            chars += new String(all, 0, whole, StandardCharsets.UTF_8).length();
            pending = Arrays.copyOfRange(all, whole, all.length);
        }
        offsets[ids.length] = chars;
        return offsets;
    }

    /** Bytes up to the last complete UTF-8 character. */
    private static int wholeCharacters(byte[] bytes) {
        int at = bytes.length;
        int back = 0;
        while (back < 4 && at > 0 && (bytes[at - 1] & 0xC0) == 0x80) {
            at--;
            back++;
        }
        if (at == 0) {
            return 0;
        }
        int lead = bytes[at - 1] & 0xff;
        int needed = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
        return needed > back ? at - 1 : bytes.length;
    }
}
