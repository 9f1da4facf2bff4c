package quern.curation.grammar;

import com.hankcs.hanlp.seg.Segment;
import com.hankcs.hanlp.seg.Viterbi.ViterbiSegment;
import com.hankcs.hanlp.seg.common.Term;
import java.util.Set;

/** By HanLP's segmentation and tags, which are those of Peking University. */
final class ChineseActions implements ActionCounter {

    /** Verbs but for "is" and "has", and those used as nouns or adverbs. */
    private static final Set<String> VERBS = Set.of("v", "vi", "vf", "vl", "vx", "vg");
    private static final int PIECE_CHARACTERS = 2000;

    /** Loaded once, when first asked. */
    private static final class Holder {
        static final Segment SEGMENT = new ViterbiSegment().enableCustomDictionary(false)
                .enablePartOfSpeechTagging(true);
    }

    @Override
    public int actions(String text) {
        int actions = 0;
        for (int from = 0; from < text.length(); ) {
            int to = end(text, from);
            for (Term term : Holder.SEGMENT.seg(text.substring(from, to))) {
                actions += VERBS.contains(String.valueOf(term.nature)) ? 1 : 0;
            }
            from = to;
        }
        return actions;
    }

    /** The end of a piece: behind a stop or line end where there is one near. */
    private static int end(String text, int from) {
        int to = Math.min(text.length(), from + PIECE_CHARACTERS);
        for (int i = to; to < text.length() && i > from + PIECE_CHARACTERS / 2; i--) {
            if ("\u3002\uFF01\uFF1F\n".indexOf(text.charAt(i - 1)) >= 0) {
                return i;
            }
        }
        return to;
    }
}
