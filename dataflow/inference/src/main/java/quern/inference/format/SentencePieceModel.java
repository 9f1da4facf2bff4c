package quern.inference.format;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import quern.inference.tokenizer.AddedToken;
import quern.inference.tokenizer.CharsMap;
import quern.inference.tokenizer.Frame;
import quern.inference.tokenizer.PieceModel;
import quern.inference.tokenizer.ScoredPairs;
import quern.inference.tokenizer.TextRule;
import quern.inference.tokenizer.TokenKind;
import quern.inference.tokenizer.Tokenizer;
import quern.inference.tokenizer.Unigram;
import quern.inference.tokenizer.Vocabulary;
import quern.inference.tokenizer.VocabularyTokenizer;
import quern.inference.tokenizer.Writing;

/**
 * A {@code tokenizer.model} of SentencePiece: a protocol buffer, of which the pieces, the kind of model, the ids of the
 * first and last token and the normalization are read.
 */
final class SentencePieceModel {

    private static final int UNIGRAM = 1;
    private static final int BPE = 2;

    private final String where;
    private final List<String> pieces = new ArrayList<>();
    private final List<Float> scores = new ArrayList<>();
    private final List<TokenKind> kinds = new ArrayList<>();
    private long modelType = UNIGRAM;
    private boolean byteFallback;
    private long beginId = 1;
    private long endId = 2;
    private byte[] table = new byte[0];
    private boolean blankInFront = true;
    private boolean blanksJoined = true;

    private SentencePieceModel(String where) {
        this.where = where;
    }

    /** @throws ModelFormatException if the file is absent, too large, malformed or of a kind that is not supported */
    static SentencePieceModel read(Path file) {
        try {
            if (Files.size(file) > HuggingFaceVocabulary.TOKENIZER_BYTES_MAX) {
                throw new ModelFormatException(file.toString(), Files.size(file) + " bytes, at most "
                        + HuggingFaceVocabulary.TOKENIZER_BYTES_MAX);
            }
            return read(Files.readAllBytes(file), file.toString());
        } catch (IOException failed) {
            throw new ModelFormatException(file.toString(), "cannot be read", failed);
        }
    }

    static SentencePieceModel read(byte[] bytes, String where) {
        SentencePieceModel model = new SentencePieceModel(where);
        ProtoCursor in = new ProtoCursor(bytes, 0, bytes.length, where);
        while (in.next()) {
            switch (in.field()) {
                case 1 -> model.piece(in.message());
                case 2 -> model.trainer(in.message());
                case 3 -> model.normalizer(in.message());
                default -> in.skip();
            }
        }
        if (model.pieces.isEmpty() || model.modelType != UNIGRAM && model.modelType != BPE) {
            throw new ModelFormatException(where, model.pieces.size() + " pieces, model type " + model.modelType
                    + ", expected pieces and type 1 (unigram) or 2 (BPE)");
        }
        return model;
    }

    int size() {
        return pieces.size();
    }

    private void piece(ProtoCursor in) {
        String text = "";
        float score = 0;
        long kind = 1;
        while (in.next()) {
            switch (in.field()) {
                case 1 -> text = in.text();
                case 2 -> score = in.real();
                case 3 -> kind = in.number();
                default -> in.skip();
            }
        }
        if (kind < 1 || kind > TokenKind.values().length) {
            throw new ModelFormatException(where, "piece " + pieces.size() + " is of type " + kind);
        }
        pieces.add(text);
        scores.add(score);
        kinds.add(TokenKind.ofGgufId((int) kind));
    }

    private void trainer(ProtoCursor in) {
        while (in.next()) {
            switch (in.field()) {
                case 3 -> modelType = in.number();
                case 35 -> byteFallback = in.number() != 0;
                case 41 -> beginId = in.number();
                case 42 -> endId = in.number();
                default -> in.skip();
            }
        }
    }

    private void normalizer(ProtoCursor in) {
        while (in.next()) {
            switch (in.field()) {
                case 2 -> table = in.bytes();
                case 3 -> blankInFront = in.number() != 0;
                case 4 -> blanksJoined = in.number() != 0;
                default -> in.skip();
            }
        }
    }

    /** The tokenizer by itself, as SentencePiece has it: nothing around a text. */
    Tokenizer tokenizer() {
        return tokenizer(vocabulary(new ArrayList<>(pieces), new ArrayList<>(kinds), List.of()), List.of(), Frame.NONE);
    }

    /**
     * The tokenizer with the added tokens and the frame of the directory it lies in.
     *
     * @param rows of the embedding matrix
     */
    Tokenizer tokenizer(HuggingFaceVocabulary directory, int rows) {
        List<AddedToken> added = new ArrayList<>();
        Vocabulary vocabulary = vocabulary(directory, rows, added);
        return tokenizer(vocabulary, added, frame(directory, vocabulary));
    }

    /** What GGUF keeps of that tokenizer. */
    GgufTokenizer exported(HuggingFaceVocabulary directory, int rows) {
        if (modelType != BPE) {
            throw new ModelFormatException(where, "a unigram tokenizer of a decoder cannot be written to GGUF");
        }
        Vocabulary vocabulary = vocabulary(directory, rows, new ArrayList<>());
        float[] all = new float[rows];
        for (int id = 0; id < scores.size(); id++) {
            all[id] = scores.get(id);
        }
        return GgufTokenizer.scored(
                vocabulary, all, frame(directory, vocabulary), blankInFront, directory.specials(vocabulary));
    }

    private Vocabulary vocabulary(HuggingFaceVocabulary directory, int rows, List<AddedToken> added) {
        if (pieces.size() > rows) {
            throw new ModelFormatException(where, pieces.size() + " pieces, the embeddings have " + rows);
        }
        List<String> texts = new ArrayList<>(pieces);
        List<TokenKind> allKinds = new ArrayList<>(kinds);
        while (texts.size() < rows) {
            texts.add(null);
            allKinds.add(TokenKind.UNUSED);
        }
        for (var entry : directory.tokenizerConfig().path("added_tokens_decoder").properties()) {
            int id = entry.getKey().matches("\\d{1,9}") ? Integer.parseInt(entry.getKey()) : -1;
            if (id < 0 || id >= rows) {
                throw new ModelFormatException(directory.directory().toString(),
                        "added token " + entry.getKey() + ", expected 0 to " + (rows - 1));
            }
            added.add(added(id, entry.getValue(), texts, allKinds));
        }
        HuggingFaceVocabulary.fill(texts);
        return vocabulary(texts, allKinds, directory.ends(texts));
    }

    private static Frame frame(HuggingFaceVocabulary directory, Vocabulary vocabulary) {
        Frame stated = vocabulary.begin().isPresent()
                ? new Frame(List.of(vocabulary.begin().getAsInt()), List.of()) : Frame.NONE;
        return directory.frame(stated, vocabulary);
    }

    private static AddedToken added(int id, JsonNode token, List<String> texts, List<TokenKind> kinds) {
        String text = token.path("content").asText();
        TokenKind kind = HuggingFaceVocabulary.addedKind(token, kinds.get(id) == TokenKind.UNKNOWN);
        texts.set(id, text);
        kinds.set(id, kind);
        return new AddedToken(id, text, AddedToken.isPlain(text, kind), token.path("lstrip").asBoolean(false),
                token.path("rstrip").asBoolean(false), token.path("single_word").asBoolean(false),
                AddedToken.Place.WRITTEN);
    }

    private Vocabulary vocabulary(List<String> texts, List<TokenKind> allKinds, List<Integer> ends) {
        OptionalInt begin = beginId >= 0 && beginId < texts.size()
                ? OptionalInt.of((int) beginId) : OptionalInt.empty();
        boolean hasEnd = endId >= 0 && endId < texts.size();
        return new Vocabulary(texts, allKinds, begin, begin.isPresent(),
                ends.isEmpty() && hasEnd ? List.of((int) endId) : ends);
    }

    private Tokenizer tokenizer(Vocabulary vocabulary, List<AddedToken> more, Frame frame) {
        List<TextRule> texts = new ArrayList<>();
        if (table.length > 0) {
            texts.add(new TextRule.Table(CharsMap.of(table)));
        }
        if (blanksJoined) {
            texts.add(new TextRule.JoinBlanks());
        }
        if (blankInFront) {
            texts.add(new TextRule.Prepend(Writing.BLANK_SIGN));
        }
        texts.add(new TextRule.Replace(" ", Writing.BLANK_SIGN));
        List<AddedToken> added = new ArrayList<>(more);
        VocabularyTokenizer.Parts.added(vocabulary).stream()
                .filter(token -> more.stream().noneMatch(other -> other.id() == token.id()))
                .map(token -> new AddedToken(token.id(), token.text(), token.plain(), false, false, false,
                        AddedToken.Place.WRITTEN))
                .forEach(added::add);
        Writing writing = Writing.pieces(
                blankInFront ? Writing.FrontBlank.FIRST : Writing.FrontBlank.NONE);
        return new VocabularyTokenizer(new VocabularyTokenizer.Parts(
                vocabulary, added, texts, List.of(), model(vocabulary), writing, frame));
    }

    private PieceModel model(Vocabulary vocabulary) {
        int unknown = kinds.indexOf(TokenKind.UNKNOWN);
        double[] all = new double[vocabulary.size()];
        float[] floats = new float[vocabulary.size()];
        for (int id = 0; id < scores.size(); id++) {
            all[id] = scores.get(id);
            floats[id] = scores.get(id);
        }
        return modelType == BPE
                ? new ScoredPairs(vocabulary, floats, unknown)
                : new Unigram(vocabulary, all, unknown, byteFallback, true);
    }
}
