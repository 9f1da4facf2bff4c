package quern.inference.tokenizer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Small vocabularies of every kind, each with control tokens. */
final class Vocabularies {

    static final List<String> CONTROL = List.of(
            "<s>", "</s>", "<|im_start|>", "<|im_end|>", "<|eot_id|>", "<|start_header_id|>", "[INST]", "[/INST]",
            "<｜User｜>", "<tool_call>", "<end_of_turn>");

    record Named(String name, Tokenizer tokenizer) {

        @Override
        public String toString() {
            return name;
        }
    }

    private Vocabularies() {}

    /** Those that can write any text and give it back. */
    static Stream<Named> all() {
        return Stream.of(
                new Named("byte-level", byteLevel()),
                new Named("scored pieces", scored()),
                new Named("merged pieces", merged()),
                new Named("unigram", unigram()));
    }

    static Tokenizer byteLevel() {
        List<String> tokens = new ArrayList<>();
        IntStream.range(0, 256).forEach(b -> tokens.add(String.valueOf(ByteAlphabet.character(b))));
        tokens.addAll(List.of("aa", "\u0120a", "\u0120\u0120"));
        int control = tokens.size();
        tokens.addAll(CONTROL);
        Set<Integer> ids = Set.copyOf(IntStream.range(control, tokens.size()).boxed().toList());
        return new BpeVocabulary(tokens, List.of("a a", "\u0120 a", "\u0120 \u0120"), ids, "llama-bpe",
                OptionalInt.of(control), true, List.of(control + 1), Optional.empty()).tokenizer();
    }

    private static Tokenizer scored() {
        Vocabulary vocabulary = pieces();
        float[] scores = new float[vocabulary.size()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = -i;
        }
        return pieces(vocabulary, new WordRule.SignInFront(Writing.BLANK_SIGN, true),
                new ScoredPairs(vocabulary, scores, 0), Writing.FrontBlank.ALWAYS);
    }

    private static Tokenizer merged() {
        Vocabulary vocabulary = pieces();
        List<Merge> merges = Stream.of("a a", "\u2581 a", "\u2581 \u2581").map(Merge::parse).toList();
        return pieces(vocabulary, new WordRule.SignInFront("", false), new BytePairs(vocabulary, merges, 0,
                new BytePairs.Options(true, true, false, "", "")), Writing.FrontBlank.NONE);
    }

    private static Tokenizer unigram() {
        Vocabulary vocabulary = pieces();
        double[] scores = new double[vocabulary.size()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = -1 - i % 7 / 8.0;
        }
        return pieces(vocabulary, new WordRule.SignInFront(Writing.BLANK_SIGN, false),
                new Unigram(vocabulary, scores, 0, true, false), Writing.FrontBlank.FIRST);
    }

    private static Tokenizer pieces(
            Vocabulary vocabulary, WordRule front, PieceModel model, Writing.FrontBlank frontBlank) {
        return new VocabularyTokenizer(VocabularyTokenizer.Parts.of(vocabulary,
                List.of(new TextRule.Replace(" ", Writing.BLANK_SIGN)), List.of(front), model,
                Writing.pieces(frontBlank)));
    }

    static Vocabulary pieces() {
        List<String> texts = new ArrayList<>(List.of("<unk>"));
        List<TokenKind> kinds = new ArrayList<>(List.of(TokenKind.UNKNOWN));
        texts.addAll(CONTROL);
        kinds.addAll(Collections.nCopies(CONTROL.size(), TokenKind.CONTROL));
        IntStream.range(0, 256).forEach(b -> texts.add("<0x%02X>".formatted(b)));
        kinds.addAll(Collections.nCopies(256, TokenKind.BYTE));
        List<String> plain = List.of("a", "b", "\u2581", "<", "s", ">", "/", "|", "aa", "\u2581a", "\u2581\u2581");
        texts.addAll(plain);
        kinds.addAll(Collections.nCopies(plain.size(), TokenKind.NORMAL));
        return new Vocabulary(texts, kinds, OptionalInt.of(1), true, List.of(2));
    }
}
