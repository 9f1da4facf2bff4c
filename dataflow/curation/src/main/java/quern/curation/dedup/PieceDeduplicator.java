package quern.curation.dedup;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import quern.curation.StreamDeduplicator;
import quern.curation.text.TextView;

/**
 * Cuts out of each sample the lines, paragraphs or sentences that a sample before it has, or it has itself further up;
 * the rest stays as it is, character by character. What is left of a sample counts as seen from then on.
 *
 * <p>Recipe keys {@code line_deduplicator}, {@code paragraph_deduplicator}, {@code sentence_deduplicator}; Data-Juicer
 * has none of them. With {@code window} pieces are compared several at a time, as C4 (Raffel et al., 2020) and
 * datatrove do with three sentences; with {@code ngram_size} a piece is repeated where at least the share
 * {@code threshold} of its word n-grams is known, as Dolma (Soldaini et al., 2024) does with paragraphs. All comparison
 * is by hashes of 128 bits: unlike a Bloom filter it takes nothing for known that is not.
 */
public record PieceDeduplicator(String name, String textKey, List<String> against, Pieces kind, TextKey key,
        Rules rules) implements StreamDeduplicator {

    /**
     * @param lengthMin code points of a piece below which it is not compared and stays
     * @param window consecutive pieces compared together; a sample with fewer stays as it is
     * @param ngramSize words of an n-gram; 0: pieces are compared as a whole
     * @param ngramStride words from one n-gram to the next
     * @param threshold share of known n-grams from which on a piece is repeated
     * @param withinSample whether pieces repeated within one sample are cut out too
     * @param piecesLeftMin compared pieces that must be left, or the sample is dropped
     * @param wordsLeftMin words, parted by white space, that must be left where something was cut out, or the sample
     *     is dropped
     */
    public record Rules(int lengthMin, int window, int ngramSize, int ngramStride, double threshold,
            boolean withinSample, int piecesLeftMin, int wordsLeftMin) {

        /** @throws IllegalArgumentException if n-grams and windows are asked for at once */
        public Rules {
            if (window > 1 && ngramSize > 0) {
                throw new IllegalArgumentException("window is " + window + " and ngram_size " + ngramSize
                        + ", expected one of them at most");
            }
        }
    }

    @Override
    public String signing() {
        return key + ", " + rules.lengthMin + ", " + rules.window + ", " + rules.ngramSize + ", " + rules.ngramStride;
    }

    @Override
    public boolean withinSample() {
        return rules.withinSample;
    }

    @Override
    public Keys keys(TextView text) {
        List<Pieces.Piece> pieces = kind.of(text.text());
        List<String> plain = new ArrayList<>();
        List<Integer> compared = new ArrayList<>();
        for (int i = 0; i < pieces.size(); i++) {
            String one = key.plain(text.text().substring(pieces.get(i).from(), pieces.get(i).to()));
            if (!one.isEmpty() && one.codePointCount(0, one.length()) >= rules.lengthMin) {
                plain.add(one);
                compared.add(i);
            }
        }
        TextKeys.Builder keys = new TextKeys.Builder();
        for (int i = 0; i + rules.window <= plain.size(); i++) {
            int first = compared.get(i);
            if (rules.ngramSize > 0) {
                addGrams(keys, plain.get(i), first);
            } else {
                keys.add(key.of(String.join("\n", plain.subList(i, i + rules.window))), first,
                        compared.get(i + rules.window - 1));
            }
        }
        return keys.of(pieces);
    }

    private void addGrams(TextKeys.Builder keys, String piece, int index) {
        String[] words = piece.split("\\s+");
        int last = Math.max(0, words.length - rules.ngramSize);
        for (int from = 0; from <= last; from += rules.ngramStride) {
            int to = Math.min(words.length, from + rules.ngramSize);
            keys.add(key.of(String.join(" ", List.of(words).subList(from, to))), index, index);
        }
    }

    @Override
    public Outcome decide(String text, Keys keys, BitSet seen) {
        TextKeys own = (TextKeys) keys;
        BitSet cut = cut(own, seen);
        BitSet left = new BitSet();
        BitSet comparedLeft = new BitSet();
        for (int i = 0; i < own.count(); i++) {
            int next = cut.nextSetBit(own.firsts()[i]);
            left.set(i, next < 0 || next > own.lasts()[i]);
            comparedLeft.set(own.firsts()[i], own.lasts()[i] + 1);
        }
        if (cut.isEmpty()) {
            return new Remaining(text, 0, left);
        }
        comparedLeft.andNot(cut);
        String rest = without(text, own.pieces(), cut);
        if (rest.isBlank()) {
            return new Repeated("nothing left but repeated pieces");
        }
        if (comparedLeft.cardinality() < rules.piecesLeftMin || words(rest) < rules.wordsLeftMin) {
            return new Repeated("too little left without repeated pieces");
        }
        return new Remaining(rest, cut.cardinality(), left);
    }

    private BitSet cut(TextKeys keys, BitSet seen) {
        BitSet cut = new BitSet();
        if (rules.ngramSize == 0) {
            for (int i = seen.nextSetBit(0); i >= 0; i = seen.nextSetBit(i + 1)) {
                cut.set(keys.firsts()[i], keys.lasts()[i] + 1);
            }
            return cut;
        }
        for (int from = 0; from < keys.count(); ) {
            int to = from;
            while (to < keys.count() && keys.firsts()[to] == keys.firsts()[from]) {
                to++;
            }
            cut.set(keys.firsts()[from], seen.get(from, to).cardinality() >= rules.threshold * (to - from));
            from = to;
        }
        return cut;
    }

    /** The pieces that are not cut out; the last of them ends as the text did. */
    private static String without(String text, List<Pieces.Piece> pieces, BitSet cut) {
        StringBuilder rest = new StringBuilder(text.length());
        int last = cut.previousClearBit(pieces.size() - 1);
        for (int i = cut.nextClearBit(0); i < last; i = cut.nextClearBit(i + 1)) {
            rest.append(text, pieces.get(i).from(), pieces.get(i).end());
        }
        if (last >= 0) {
            rest.append(text, pieces.get(last).from(), pieces.get(last).to());
            rest.append(text, pieces.getLast().to(), pieces.getLast().end());
        }
        return rest.toString();
    }

    private static int words(String text) {
        String plain = text.strip();
        return plain.isEmpty() ? 0 : plain.split("\\s+").length;
    }
}
