package quern.curation.grammar;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import opennlp.tools.postag.POSModel;
import opennlp.tools.postag.POSTaggerME;
import opennlp.tools.tokenize.TokenizerME;
import opennlp.tools.tokenize.TokenizerModel;
import quern.curation.text.SentenceBreaks;

/** By OpenNLP's models of the Universal Dependencies treebank EWT. */
final class EnglishActions implements ActionCounter {

    private static final String TOKENS = "/opennlp-en-ud-ewt-tokens-1.3-2.5.4.bin";
    private static final String TAGS = "/opennlp-en-ud-ewt-pos-1.3-2.5.4.bin";
    /** Longer than sentences are. The tagger's time grows with the square of the tokens it is given at once. */
    private static final int TOKENS_MAX = 400;
    /** Longer than words are. The tokenizer's time grows with the square of the characters without white space. */
    private static final int WORD_CHARACTERS_MAX = 256;
    private static final SentenceBreaks BREAKS = SentenceBreaks.of("en");

    /** Loaded once, when first asked. */
    private static final class Holder {
        static final TokenizerModel TOKENIZER = load(TOKENS, TokenizerModel::new);
        static final POSModel TAGGER = load(TAGS, POSModel::new);
    }

    private interface Reader<T> {
        T read(InputStream in) throws IOException;
    }

    @Override
    public int actions(String text) {
        TokenizerME tokenizer = new TokenizerME(Holder.TOKENIZER);
        POSTaggerME tagger = new POSTaggerME(Holder.TAGGER);
        int actions = 0;
        for (String sentence : BREAKS.split(text)) {
            String[] tokens = tokenizer.tokenize(cut(sentence));
            for (int from = 0; from < tokens.length; from += TOKENS_MAX) {
                String[] piece = Arrays.copyOfRange(tokens, from, Math.min(tokens.length, from + TOKENS_MAX));
                actions += mayAct(piece) ? verbs(tagger.tag(piece)) : 0;
            }
        }
        return actions;
    }

    /** No verb is without letters, and the tagger takes its time. */
    private static boolean mayAct(String[] tokens) {
        return Arrays.stream(tokens).anyMatch(token -> token.chars().anyMatch(c -> c >= 128 || Character.isLetter(c)));
    }

    private static int verbs(String[] tags) {
        int verbs = 0;
        for (String tag : tags) {
            verbs += tag.equals("VERB") ? 1 : 0;
        }
        return verbs;
    }

    /** With spaces within runs of characters that are no words any more. */
    private static String cut(String sentence) {
        StringBuilder cut = null;
        int copied = 0;
        int run = 0;
        for (int i = 0; i < sentence.length(); i++) {
            run = Character.isWhitespace(sentence.charAt(i)) ? 0 : run + 1;
            if (run > WORD_CHARACTERS_MAX && !Character.isLowSurrogate(sentence.charAt(i))) {
                cut = cut == null ? new StringBuilder(sentence.length() + 16) : cut;
                cut.append(sentence, copied, i).append(' ');
                copied = i;
                run = 1;
            }
        }
        return cut == null ? sentence : cut.append(sentence, copied, sentence.length()).toString();
    }

    private static <T> T load(String name, Reader<T> reader) {
        try (InputStream in = EnglishActions.class.getResourceAsStream(name)) {
            return reader.read(in);
        } catch (IOException e) {
            throw new UncheckedIOException("language model " + name, e);
        }
    }
}
