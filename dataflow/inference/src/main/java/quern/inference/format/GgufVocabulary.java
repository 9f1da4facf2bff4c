package quern.inference.format;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.UnaryOperator;
import quern.config.QuernException;
import quern.inference.tokenizer.AddedToken;
import quern.inference.tokenizer.BytePairs;
import quern.inference.tokenizer.CharsMap;
import quern.inference.tokenizer.Frame;
import quern.inference.tokenizer.Merge;
import quern.inference.tokenizer.PieceModel;
import quern.inference.tokenizer.PreTokenizer;
import quern.inference.tokenizer.ScoredPairs;
import quern.inference.tokenizer.TextRule;
import quern.inference.tokenizer.TokenKind;
import quern.inference.tokenizer.Tokenizer;
import quern.inference.tokenizer.Unigram;
import quern.inference.tokenizer.Vocabulary;
import quern.inference.tokenizer.VocabularyTokenizer;
import quern.inference.tokenizer.WordPiece;
import quern.inference.tokenizer.WordRule;
import quern.inference.tokenizer.Writing;

/**
 * Reads the tokenizer of a GGUF file: {@code tokenizer.ggml.model} llama (SentencePiece BPE), gpt2 (byte-level BPE), t5
 * (unigram), bert (WordPiece) and gemma4 (SentencePiece BPE with merges).
 */
final class GgufVocabulary {

    private static final String KEY = "tokenizer.ggml.";

    private static final int WORD_CHARS_MAX = 1 << 16;

    private final GgufMetadata metadata;
    private final String where;

    private GgufVocabulary(GgufMetadata metadata, String where) {
        this.metadata = metadata;
        this.where = where;
    }

    /** @param tokens how many the model's embeddings have */
    static Tokenizer tokenizer(GgufMetadata metadata, int tokens, String where) {
        int found = metadata.count(KEY + "tokens");
        if (found != tokens) {
            throw new ModelFormatException(where, found < 0
                    ? "has no tokenizer.ggml.tokens"
                    : found + " tokens, expected " + tokens + " as in token_embd.weight");
        }
        return tokenizer(metadata, where);
    }

    static Tokenizer tokenizer(GgufMetadata metadata, String where) {
        if (metadata.count(KEY + "tokens") < 0) {
            throw new ModelFormatException(where, "has no tokenizer.ggml.tokens");
        }
        try {
            return new VocabularyTokenizer(new GgufVocabulary(metadata, where).read());
        } catch (ModelFormatException refused) {
            throw refused;
        } catch (QuernException | IllegalArgumentException refused) {
            throw new ModelFormatException(where, refused.getMessage(), refused);
        }
    }

    private VocabularyTokenizer.Parts read() {
        String model = metadata.text(KEY + "model").orElse("(none)");
        return switch (model) {
            case "llama" -> scoredPieces();
            case "gpt2" -> byteLevel(metadata.text(KEY + "pre").orElse("default"));
            case "t5" -> unigram();
            case "bert" -> wordPieces();
            case "gemma4" -> mergedPieces();
            default -> throw new ModelFormatException(
                    where, "tokenizer.ggml.model " + model + ", supported are llama, gpt2, t5, bert and gemma4");
        };
    }

    private VocabularyTokenizer.Parts scoredPieces() {
        Vocabulary vocabulary = vocabulary(true);
        boolean front = metadata.flag(KEY + "add_space_prefix", true);
        PieceModel pieces = new ScoredPairs(vocabulary, metadata.floats(KEY + "scores"), unknown(vocabulary));
        return parts(vocabulary, List.of(), sign(front), pieces, pieces(front), frame(vocabulary, true, false));
    }

    private static List<WordRule> sign(boolean front) {
        return front ? List.of(blanks(), new WordRule.SignInFront(Writing.BLANK_SIGN, true)) : List.of(blanks());
    }

    private static WordRule blanks() {
        return new WordRule.Metaspace(Writing.BLANK_SIGN, WordRule.Metaspace.Front.NEVER, false);
    }

    private static Writing pieces(boolean front) {
        return Writing.pieces(front ? Writing.FrontBlank.ALWAYS : Writing.FrontBlank.NONE);
    }

    private VocabularyTokenizer.Parts byteLevel(String pre) {
        PreTokenizer preTokenizer = PreTokenizer.named(pre);
        Vocabulary vocabulary = vocabulary(preTokenizer.addsBegin());
        var parts = preTokenizer.parts(vocabulary, metadata.texts(KEY + "merges"));
        return parts(vocabulary, parts.texts(), parts.words(), parts.pieces(), parts.writing(),
                frame(vocabulary, preTokenizer.addsBegin(), false));
    }

    private VocabularyTokenizer.Parts mergedPieces() {
        Vocabulary vocabulary = vocabulary(true);
        var options = new BytePairs.Options(true, true, false, "", "");
        List<Merge> merges = metadata.texts(KEY + "merges").stream().map(Merge::parse).toList();
        return parts(vocabulary, List.of(), sign(false),
                new BytePairs(vocabulary, merges, unknown(vocabulary), options), pieces(false),
                frame(vocabulary, true, false));
    }

    private VocabularyTokenizer.Parts unigram() {
        Vocabulary vocabulary = vocabulary(false);
        boolean front = metadata.flag(KEY + "add_space_prefix", true);
        boolean joined = metadata.flag(KEY + "remove_extra_whitespaces", false);
        List<TextRule> texts = new ArrayList<>();
        if (metadata.has(KEY + "precompiled_charsmap")) {
            texts.add(new TextRule.Table(CharsMap.of(metadata.bytes(KEY + "precompiled_charsmap"))));
        }
        if (joined) {
            texts.add(new TextRule.JoinBlanks());
        }
        float[] floats = metadata.floats(KEY + "scores");
        double[] scores = new double[floats.length];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = floats[i];
        }
        // llama.cpp puts the blank in front of a text whose blanks are joined, whatever add_space_prefix says.
        boolean sign = front || joined;
        return parts(vocabulary, texts, sign(sign), new Unigram(vocabulary, scores, unknown(vocabulary), false, false),
                pieces(sign), frame(vocabulary, false, true));
    }

    private VocabularyTokenizer.Parts wordPieces() {
        Vocabulary vocabulary = vocabulary(true);
        List<WordRule> words =
                List.of(WordRule.Split.space(), WordRule.Split.punctuation(WordRule.Behavior.ISOLATED));
        // Words written behind U+2581, pieces inside a word without ##.
        PieceModel pieces = new WordPiece(
                vocabulary, Writing.BLANK_SIGN, "", unknown(vocabulary), WORD_CHARS_MAX);
        Frame frame = frame(vocabulary, true, false);
        OptionalInt separator = metadata.token(KEY + "seperator_token_id", vocabulary.size());
        List<Integer> front = frame.front();
        OptionalInt classifier = metadata.token(KEY + "cls_token_id", vocabulary.size());
        if (front.isEmpty() && classifier.isPresent() && !metadata.has(KEY + "bos_token_id")) {
            front = List.of(classifier.getAsInt());
        }
        return parts(vocabulary, List.of(new TextRule.Bert(true, true, true, true)), words, pieces,
                Writing.pieces(Writing.FrontBlank.FIRST),
                new Frame(front, separator.isPresent() ? List.of(separator.getAsInt()) : frame.behind()));
    }

    private VocabularyTokenizer.Parts parts(Vocabulary vocabulary, List<TextRule> texts, List<WordRule> words,
            PieceModel pieces, Writing writing, Frame frame) {
        UnaryOperator<AddedToken> conditions = conditions();
        List<AddedToken> added = VocabularyTokenizer.Parts.added(vocabulary).stream().map(conditions).toList();
        return new VocabularyTokenizer.Parts(vocabulary, added, texts, words, pieces, writing, frame);
    }

    /** GGUF has no place for the white space that added tokens take; which models need it is known by their names. */
    private UnaryOperator<AddedToken> conditions() {
        String name = metadata.text("general.name").orElse("").toLowerCase(Locale.ROOT);
        String pre = metadata.text(KEY + "pre").orElse("");
        if (name.contains("phi-3") || name.contains("phi3")) {
            Set<String> without = Set.of("<unk>", "<s>", "<|endoftext|>");
            return token -> stripping(token, false, !without.contains(token.text()));
        }
        if (Set.of("jina-v2-de", "jina-v2-es", "jina-v2-code").contains(pre)) {
            return token -> stripping(token, token.text().equals("<mask>"), false);
        }
        return UnaryOperator.identity();
    }

    private static AddedToken stripping(AddedToken token, boolean left, boolean right) {
        return new AddedToken(token.id(), token.text(), token.plain(), left, right, false, token.place());
    }

    private int unknown(Vocabulary vocabulary) {
        OptionalInt stated = metadata.token(KEY + "unknown_token_id", vocabulary.size());
        if (stated.isPresent()) {
            return stated.getAsInt();
        }
        int kind = vocabulary.kinds().indexOf(TokenKind.UNKNOWN);
        return kind >= 0 ? kind : vocabulary.texts().indexOf("<unk>");
    }

    private Frame frame(Vocabulary vocabulary, boolean addBegin, boolean addEnd) {
        OptionalInt begin = vocabulary.begin();
        OptionalInt end = metadata.token(KEY + "eos_token_id", vocabulary.size());
        boolean front = begin.isPresent() && metadata.flag(KEY + "add_bos_token", addBegin);
        boolean behind = end.isPresent() && metadata.flag(KEY + "add_eos_token", addEnd);
        return new Frame(front ? List.of(begin.getAsInt()) : List.of(), behind ? List.of(end.getAsInt()) : List.of());
    }

    private Vocabulary vocabulary(boolean addBegin) {
        List<String> texts = metadata.texts(KEY + "tokens");
        List<TokenKind> kinds = new ArrayList<>(texts.size());
        if (metadata.has(KEY + "token_type")) {
            for (int id : metadata.integers(KEY + "token_type")) {
                kinds.add(id == 0 ? TokenKind.NORMAL : TokenKind.ofGgufId(id));
            }
        } else {
            texts.forEach(text -> kinds.add(TokenKind.NORMAL));
        }
        Set<Integer> ends = new LinkedHashSet<>();
        for (String name : List.of("eos_token_id", "eot_token_id", "eom_token_id")) {
            metadata.token(KEY + name, texts.size()).ifPresent(ends::add);
        }
        OptionalInt begin = metadata.token(KEY + "bos_token_id", texts.size());
        return new Vocabulary(
                texts, kinds, begin, metadata.flag(KEY + "add_bos_token", addBegin), List.copyOf(ends));
    }
}
