package quern.tuning.pretrain;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import quern.inference.tokenizer.Tokenizer;
import quern.tuning.pretrain.PretrainingText.Conversation;
import quern.tuning.pretrain.PretrainingText.Prose;
import quern.tuning.pretrain.PretrainingText.Turn;

/**
 * A corpus as token ids, texts one after the other, each closed by the end-of-text token.
 *
 * @param heldOutBytes UTF-8 bytes of the held-out text, for bits per byte
 */
record EncodedCorpus(int[] training, int[] heldOut, long heldOutBytes) {

    static EncodedCorpus of(PretrainingCorpus corpus, Tokenizer tokenizer) {
        Encoder training = new Encoder(tokenizer);
        Encoder heldOut = new Encoder(tokenizer);
        corpus.each(training::add, heldOut::add);
        return new EncodedCorpus(training.ids(), heldOut.ids(), heldOut.bytes);
    }

    private static final class Encoder {

        private final Tokenizer tokenizer;
        private final int endOfText;
        private int[] ids = new int[1 << 20];
        private int size;
        private long bytes;

        Encoder(Tokenizer tokenizer) {
            this.tokenizer = tokenizer;
            this.endOfText = tokenizer.encodeTemplate(NanoVocabulary.END_OF_TEXT)[0];
        }

        void add(PretrainingText text) {
            switch (text) {
                case Prose prose -> plain(prose.text());
                case Conversation talk -> talk.turns().forEach(this::turn);
            }
            append(endOfText);
        }

        private void turn(Turn turn) {
            control(NanoVocabulary.TURN_BEGIN + turn.role() + "\n");
            plain(turn.content());
            control(NanoVocabulary.TURN_END + "\n");
        }

        private void plain(String text) {
            bytes += text.getBytes(StandardCharsets.UTF_8).length;
            append(tokenizer.encode(text, false));
        }

        private void control(String text) {
            append(tokenizer.encodeTemplate(text));
        }

        private void append(int... more) {
            if (size + more.length > ids.length) {
                ids = Arrays.copyOf(ids, Math.max(size + more.length, ids.length * 2));
            }
            System.arraycopy(more, 0, ids, size, more.length);
            size += more.length;
        }

        int[] ids() {
            return Arrays.copyOf(ids, size);
        }
    }
}
