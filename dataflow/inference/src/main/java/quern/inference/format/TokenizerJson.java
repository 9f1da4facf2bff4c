package quern.inference.format;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import quern.inference.tokenizer.AddedToken;
import quern.inference.tokenizer.AddedToken.Place;
import quern.inference.tokenizer.BytePairs;
import quern.inference.tokenizer.Frame;
import quern.inference.tokenizer.Merge;
import quern.inference.tokenizer.PieceModel;
import quern.inference.tokenizer.TextRule;
import quern.inference.tokenizer.TokenKind;
import quern.inference.tokenizer.Tokenizer;
import quern.inference.tokenizer.Unigram;
import quern.inference.tokenizer.Vocabulary;
import quern.inference.tokenizer.VocabularyTokenizer;
import quern.inference.tokenizer.WholeWords;
import quern.inference.tokenizer.WordPiece;
import quern.inference.tokenizer.WordRule;

/**
 * Makes a tokenizer from {@code tokenizer.json}, as Hugging Face's tokenizers write it: models BPE, Unigram, WordPiece
 * and WordLevel. A step that is not known is refused by name, never left out. Truncation and padding, which such a file
 * may ask for, are the caller's business.
 */
final class TokenizerJson {

    private final JsonNode root;
    private final JsonNode model;
    private final Vocabulary vocabulary;
    private final String where;

    private TokenizerJson(JsonNode root, Vocabulary vocabulary, String where) {
        this.root = root;
        this.model = root.path("model");
        this.vocabulary = vocabulary;
        this.where = where;
    }

    /** @param frame the tokens around a text, see {@link #frame} */
    static Tokenizer read(JsonNode root, Vocabulary vocabulary, Frame frame, String where) {
        return new TokenizerJson(root, vocabulary, where).read(frame);
    }

    private Tokenizer read(Frame frame) {
        TokenizerSteps steps = new TokenizerSteps(where);
        List<TextRule> texts = steps.normalizers(root.path("normalizer"));
        List<WordRule> words = steps.preTokenizers(root.path("pre_tokenizer"));
        boolean byteFallback = model.path("byte_fallback").asBoolean(false);
        return new VocabularyTokenizer(new VocabularyTokenizer.Parts(vocabulary, added(), texts, words, pieces(),
                TokenizerDecoder.read(root.path("decoder"), texts, words, byteFallback, where), frame));
    }

    private List<AddedToken> added() {
        List<AddedToken> added = new ArrayList<>();
        for (JsonNode token : root.path("added_tokens")) {
            int id = token.path("id").asInt();
            String text = token.path("content").asText();
            TokenKind kind = vocabulary.kinds().get(id);
            boolean special = token.path("special").asBoolean(false);
            added.add(new AddedToken(id, text, AddedToken.isPlain(text, kind), token.path("lstrip").asBoolean(false),
                    token.path("rstrip").asBoolean(false), token.path("single_word").asBoolean(false),
                    token.path("normalized").asBoolean(!special) ? Place.NORMALIZED : Place.RAW));
        }
        return added;
    }

    /** The model's type; files of the first versions do not say it. */
    static String type(JsonNode model) {
        String type = model.path("type").asText("");
        if (!type.isEmpty()) {
            return type;
        }
        return model.path("vocab").isArray() ? "Unigram"
                : model.has("merges") ? "BPE" : model.has("max_input_chars_per_word") ? "WordPiece" : "WordLevel";
    }

    private PieceModel pieces() {
        String type = type(model);
        int unknown = vocabulary.texts().indexOf(model.path("unk_token").asText(""));
        return switch (type) {
            case "BPE" -> new BytePairs(vocabulary, merges(), unknown, new BytePairs.Options(
                    model.path("byte_fallback").asBoolean(false),
                    model.path("fuse_unk").asBoolean(false),
                    model.path("ignore_merges").asBoolean(false),
                    model.path("continuing_subword_prefix").asText(""),
                    model.path("end_of_word_suffix").asText("")));
            case "Unigram" -> new Unigram(vocabulary, scores(), model.path("unk_id").asInt(-1),
                    model.path("byte_fallback").asBoolean(false), false);
            case "WordPiece" -> new WordPiece(vocabulary, "", model.path("continuing_subword_prefix").asText("##"),
                    unknown, model.path("max_input_chars_per_word").asInt(100));
            case "WordLevel" -> new WholeWords(vocabulary, unknown);
            default -> throw new ModelFormatException(
                    where, "model type " + type + ", supported are BPE, Unigram, WordPiece and WordLevel");
        };
    }

    private double[] scores() {
        double[] scores = new double[vocabulary.size()];
        int id = 0;
        for (JsonNode entry : model.path("vocab")) {
            double score = entry.path(1).asDouble(Double.NaN);
            if (!Double.isFinite(score)) {
                throw new ModelFormatException(where, "score of token " + id + " is " + entry.path(1));
            }
            scores[id++] = score;
        }
        return scores;
    }

    private List<Merge> merges() {
        List<Merge> merges = new ArrayList<>();
        for (JsonNode merge : model.path("merges")) {
            if (merge.isTextual()) {
                merges.add(Merge.parse(merge.asText()));
            } else if (merge.size() == 2 && merge.path(0).isTextual() && merge.path(1).isTextual()) {
                merges.add(new Merge(merge.path(0).asText(), merge.path(1).asText()));
            } else {
                throw new ModelFormatException(where, "merge " + merge + ", expected two tokens");
            }
        }
        return merges;
    }

    /** The tokens that the file's post-processor puts around a text. */
    static Frame frame(JsonNode root, String where) {
        Frame frame = Frame.NONE;
        TokenizerSteps steps = new TokenizerSteps(where);
        for (JsonNode step : steps.flat(root.path("post_processor"), "processors")) {
            Frame outer = switch (TokenizerSteps.type(step)) {
                case "ByteLevel" -> Frame.NONE;
                case "TemplateProcessing" -> template(step, where);
                case "BertProcessing", "RobertaProcessing" -> new Frame(
                        List.of(step.path("cls").path(1).asInt(-1)), List.of(step.path("sep").path(1).asInt(-1)));
                default -> throw steps.unknown("post-processor", step,
                        "ByteLevel, TemplateProcessing, BertProcessing, RobertaProcessing and Sequence");
            };
            frame = new Frame(joined(outer.front(), frame.front()), joined(frame.behind(), outer.behind()));
        }
        return frame;
    }

    private static List<Integer> joined(List<Integer> first, List<Integer> second) {
        List<Integer> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }

    private static Frame template(JsonNode step, String where) {
        List<Integer> front = new ArrayList<>();
        List<Integer> behind = new ArrayList<>();
        boolean after = false;
        for (JsonNode part : step.path("single")) {
            if (part.has("Sequence")) {
                after = true;
                continue;
            }
            String name = part.path("SpecialToken").path("id").asText();
            JsonNode ids = step.path("special_tokens").path(name).path("ids");
            if (!ids.isArray()) {
                throw new ModelFormatException(where, "TemplateProcessing names \"" + name + "\" without its ids");
            }
            for (JsonNode id : ids) {
                (after ? behind : front).add(id.asInt(-1));
            }
        }
        return new Frame(front, behind);
    }
}
