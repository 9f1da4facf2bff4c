package quern.inference.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import quern.inference.tokenizer.ByteAlphabet;
import quern.inference.tokenizer.TokenKind;

/**
 * Vocabularies of a given size for models without one: every byte, then runs of letters, shorter ones first, each made
 * by merging a shorter run and a letter. Any text can be encoded, and decodes to itself.
 */
final class FillerVocabulary {

    private static final String TEMPLATE = "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n'"
            + " + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}"
            + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";
    private static final List<String> CONTROLS =
            List.of("<|begin_of_text|>", "<|endoftext|>", "<|im_start|>", "<|im_end|>");

    private final List<String> tokens = new ArrayList<>();
    private final List<TokenKind> kinds = new ArrayList<>();
    private final List<String> merges = new ArrayList<>();

    private FillerVocabulary() {}

    /** The byte-level kind. */
    static GgufTokenizer byteLevel(int size, String pre) {
        FillerVocabulary filler = new FillerVocabulary();
        for (int b = 0; b < 256; b++) {
            filler.add(String.valueOf(ByteAlphabet.character(b)), TokenKind.NORMAL);
        }
        filler.addRuns(String.valueOf(ByteAlphabet.character(' ')), size - CONTROLS.size());
        CONTROLS.forEach(control -> filler.add(control, TokenKind.CONTROL));
        int first = size - CONTROLS.size();
        return new GgufTokenizer("gpt2", pre, filler.tokens, new float[0], filler.kinds, filler.merges,
                OptionalInt.of(first), List.of(first + 3, first + 1), false, false, false, specials());
    }

    /** SentencePiece's kind. */
    static GgufTokenizer pieces(int size) {
        FillerVocabulary filler = new FillerVocabulary();
        filler.add("<unk>", TokenKind.UNKNOWN);
        filler.add("<s>", TokenKind.CONTROL);
        filler.add("</s>", TokenKind.CONTROL);
        for (int b = 0; b < 256; b++) {
            filler.add(String.format("<0x%02X>", b), TokenKind.BYTE);
        }
        filler.add("<|im_start|>", TokenKind.CONTROL);
        filler.add("<|im_end|>", TokenKind.CONTROL);
        int special = filler.tokens.size();
        String blank = "\u2581";
        filler.add(blank, TokenKind.NORMAL);
        for (char c = '!'; c <= '~'; c++) {
            filler.add(String.valueOf(c), TokenKind.NORMAL);
        }
        filler.addRuns(blank, size);
        float[] scores = new float[size];
        for (int id = special; id < size; id++) {
            scores[id] = special - id;
        }
        return new GgufTokenizer("llama", "default", filler.tokens, scores, filler.kinds, List.of(),
                OptionalInt.of(1), List.of(special - 1, 2), true, false, true, specials());
    }

    private static GgufTokenizer.Specials specials() {
        return new GgufTokenizer.Specials(OptionalInt.empty(), OptionalInt.empty(), Optional.of(TEMPLATE));
    }

    private void add(String token, TokenKind kind) {
        tokens.add(token);
        kinds.add(kind);
    }

    /** Runs of letters, with and without a blank in front, until there are {@code until} tokens. */
    private void addRuns(String blank, int until) {
        List<String> shorter = new ArrayList<>(List.of(blank));
        for (char c = 'a'; c <= 'z'; c++) {
            shorter.add(String.valueOf(c));
        }
        while (tokens.size() < until) {
            List<String> longer = new ArrayList<>();
            for (int i = 0; i < shorter.size() && tokens.size() < until; i++) {
                for (char c = 'a'; c <= 'z' && tokens.size() < until; c++) {
                    add(shorter.get(i) + c, TokenKind.NORMAL);
                    merges.add(shorter.get(i) + " " + c);
                    longer.add(shorter.get(i) + c);
                }
            }
            shorter = longer;
        }
    }
}
