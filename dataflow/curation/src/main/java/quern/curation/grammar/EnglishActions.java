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
            String[] tokens = tokenizer.tokenize(sentence);
            for (int from = 0; from < tokens.length; from += TOKENS_MAX) {
                for (String tag : tagger.tag(Arrays.copyOfRange(tokens, from,
                        Math.min(tokens.length, from + TOKENS_MAX)))) {
                    actions += tag.equals("VERB") ? 1 : 0;
                }
            }
        }
        return actions;
    }

    private static <T> T load(String name, Reader<T> reader) {
        try (InputStream in = EnglishActions.class.getResourceAsStream(name)) {
            return reader.read(in);
        } catch (IOException e) {
            throw new UncheckedIOException("language model " + name, e);
        }
    }
}
