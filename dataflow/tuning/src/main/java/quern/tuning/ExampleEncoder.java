package quern.tuning;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import quern.config.QuernException;
import quern.inference.LoadedModel;
import quern.inference.template.ChatTemplate;
import quern.inference.template.Conversation;
import quern.inference.template.TemplateException;
import quern.inference.tokenizer.PromptText;
import quern.inference.tokenizer.Tokenizer;
import quern.tuning.TrainingSample.Chat;
import quern.tuning.TrainingSample.Completion;
import quern.tuning.TrainingSample.Pair;
import quern.tuning.TrainingSample.Text;
import quern.tuning.gate.Check;
import quern.tuning.gate.CheckPrompt;
import quern.tuning.network.PackedBatch;
import quern.tuning.network.PackedBatch.Segment;

/**
 * Samples to token ids and labels. A prompt is encoded exactly as it is when it is served, and the answer apart from
 * it, so that training and serving see the same ids at the seam. Only answers have labels: the assistant's text and the
 * token that ends it. Plain text is labelled throughout and cut where the context ends; a conversation that is too
 * long loses its end, which is reported. A pair of answers becomes one segment of two sequences. Immutable.
 */
public final class ExampleEncoder {

    private final Tokenizer tokenizer;
    private final ChatTemplate template;
    private final int contextTokens;
    private final String begin;
    private final String end;

    /** @param contextTokens longest example */
    public ExampleEncoder(Tokenizer tokenizer, ChatTemplate template, int contextTokens) {
        this.tokenizer = tokenizer;
        this.template = template;
        this.contextTokens = contextTokens;
        this.begin = tokenizer.beginToken().isPresent()
                ? tokenizer.text(tokenizer.beginToken().getAsInt()) : "";
        this.end = tokenizer.endTokens().isEmpty() ? "" : tokenizer.text(tokenizer.endTokens().getFirst());
    }

    /** With the model's template, or the plain one. */
    public static ExampleEncoder of(LoadedModel model, int contextTokens) {
        return new ExampleEncoder(
                model.tokenizer(), model.chatTemplate().map(ChatTemplate::parse).orElseGet(ChatTemplate::plain),
                contextTokens);
    }

    /**
     * What became of one sample.
     *
     * @param segments one, several for a long text, none if it was skipped
     * @param truncatedTokens tokens cut off
     * @param skipReason why there is no segment
     */
    public record Encoded(List<Segment> segments, int truncatedTokens, Optional<String> skipReason) {}

    public Encoded encode(TrainingSample sample) {
        try {
            return switch (sample) {
                case Chat chat -> cut(chat(chat));
                case Completion completion -> cut(completion(completion));
                case Text text -> windows(text(text));
                case Pair pair -> pair(encode(pair.chosen()), encode(pair.rejected()));
            };
        } catch (TemplateException refused) {
            return new Encoded(List.of(), 0, Optional.of("the chat template refuses it: " + refused.getMessage()));
        }
    }

    /**
     * A sample's last answer as a question to a model; empty for plain text, for a pair that names no span, and where
     * nothing is left of the context for an answer.
     */
    public Optional<Question> question(TrainingSample sample) {
        Optional<Question> question = switch (sample) {
            case Chat chat -> question(chat);
            case Completion completion -> Optional.of(new Question(
                    tokenizer.encode(completion.prompt(), true),
                    completion.span().orElse(completion.completion())));
            case Text text -> Optional.empty();
            case Pair pair -> pair.namesSpan() ? question(pair.chosen()) : Optional.empty();
        };
        return question.filter(asked -> asked.prompt().length < contextTokens && asked.hasSpan());
    }

    private Optional<Question> question(Chat chat) {
        int last = chat.messages().size() - 1;
        while (last >= 0 && !isAnswer(chat.messages().get(last))) {
            last--;
        }
        Object content = last < 0 ? null : chat.messages().get(last).get("content");
        if (!(content instanceof String answer)) {
            return Optional.empty();
        }
        int[] prompt = tokenizer.encodeTemplate(render(chat, last, true));
        return Optional.of(new Question(prompt, chat.span().orElse(answer)));
    }

    /**
     * A check's question as it is put to the model when it is served.
     *
     * @throws QuernException ERROR if nothing is left of the context for an answer, or the template refuses it
     */
    int[] prompt(Check check) {
        try {
            int[] ids = switch (check.prompt()) {
                case CheckPrompt.Text text -> tokenizer.encode(text.text(), true);
                case CheckPrompt.Chat chat -> tokenizer.encodeTemplate(render(
                        new Chat(chat.messages(), List.of(), Optional.empty()), chat.messages().size(), true));
            };
            if (ids.length == 0 || ids.length >= contextTokens) {
                throw new QuernException(QuernException.Category.ERROR, "check '" + check.name() + "' asks with "
                        + ids.length + " tokens, expected 1 to " + (contextTokens - 1));
            }
            return ids;
        } catch (TemplateException refused) {
            throw new QuernException(QuernException.Category.ERROR,
                    "check '" + check.name() + "': the chat template refuses it: " + refused.getMessage(), refused);
        }
    }

    private static boolean isAnswer(Map<String, Object> message) {
        return "assistant".equals(message.get("role"));
    }

    private static boolean isLearnt(Map<String, Object> message) {
        return !(message.get("weight") instanceof Number weight && weight.doubleValue() == 0);
    }

    private Ids chat(Chat chat) {
        Ids ids = new Ids();
        String seen = "";
        for (int i = 0; i < chat.messages().size(); i++) {
            if (!isAnswer(chat.messages().get(i))) {
                continue;
            }
            PromptText prompt = render(chat, i, true);
            PromptText answered = render(chat, i + 1, false);
            if (!prompt.text().startsWith(seen)) {
                // The template rewrites earlier turns, so they are learnt as context of this one only.
                ids = new Ids();
                seen = "";
            }
            ids.add(tokenizer.encodeTemplate(rest(prompt, seen.length())), false);
            boolean continues = answered.text().startsWith(prompt.text());
            PromptText answer = continues
                    ? rest(answered, prompt.length())
                    : PromptText.content(String.valueOf(chat.messages().get(i).get("content")));
            addAnswer(ids, tokenizer.encodeTemplate(answer), isLearnt(chat.messages().get(i)));
            seen = continues ? answered.text() : prompt.text();
        }
        return ids;
    }

    /** Labels up to the token that ends the answer, which is added if the template writes none. */
    private void addAnswer(Ids ids, int[] answer, boolean learnt) {
        boolean ended = false;
        for (int id : answer) {
            ids.add(id, learnt && !ended);
            ended |= tokenizer.endTokens().contains(id);
        }
        if (!ended && !tokenizer.endTokens().isEmpty()) {
            ids.add(tokenizer.endTokens().getFirst(), learnt);
        }
    }

    private PromptText render(Chat chat, int messages, boolean forAnswer) {
        List<Map<String, Object>> shown = chat.messages().subList(0, messages);
        return template.render(new Conversation(
                shown, chat.tools(), forAnswer, begin, end, LocalDateTime.now(), Map.of()));
    }

    private static PromptText rest(PromptText text, int from) {
        BitSet content = new BitSet();
        for (int i = from; i < text.length(); i++) {
            content.set(i - from, text.isContent(i));
        }
        return PromptText.of(text.text().substring(from), content);
    }

    private Ids completion(Completion completion) {
        Ids ids = new Ids();
        ids.add(tokenizer.encode(completion.prompt(), true), false);
        addAnswer(ids, tokenizer.encode(completion.completion(), false), true);
        return ids;
    }

    private Ids text(Text text) {
        Ids ids = new Ids();
        ids.add(tokenizer.encode(text.text(), true), true);
        if (!tokenizer.endTokens().isEmpty()) {
            ids.add(tokenizer.endTokens().getLast(), true);
        }
        return ids;
    }

    private Encoded cut(Ids ids) {
        int truncated = Math.max(0, ids.size() - 1 - contextTokens);
        Optional<Segment> segment = ids.segment(0, ids.size() - truncated);
        return segment
                .map(whole -> new Encoded(List.of(whole), truncated, Optional.empty()))
                .orElseGet(() -> new Encoded(List.of(), truncated, Optional.of(truncated > 0
                        ? "the prompt alone fills the context of " + contextTokens + " tokens"
                        : "there is nothing in it to learn")));
    }

    /** Both are needed; what they begin with alike is no news. */
    private static Encoded pair(Encoded chosen, Encoded rejected) {
        int truncated = chosen.truncatedTokens() + rejected.truncatedTokens();
        if (chosen.segments().isEmpty() || rejected.segments().isEmpty()) {
            return new Encoded(List.of(), truncated, chosen.skipReason().or(rejected::skipReason));
        }
        Segment pair = Segment.pair(chosen.segments().getFirst(), rejected.segments().getFirst());
        if (Arrays.equals(pair.chosen().tokens(), pair.rejected().tokens())
                && Arrays.equals(pair.chosen().labels(), pair.rejected().labels())) {
            return new Encoded(List.of(), truncated, Optional.of("its two answers are the same"
                    + (truncated > 0 ? " where they are cut off" : "")));
        }
        return new Encoded(List.of(pair), truncated, Optional.empty());
    }

    private Encoded windows(Ids ids) {
        List<Segment> segments = new ArrayList<>();
        for (int from = 0; from + 1 < ids.size(); from += contextTokens) {
            ids.segment(from, Math.min(ids.size(), from + contextTokens + 1)).ifPresent(segments::add);
        }
        return new Encoded(
                segments, 0, segments.isEmpty() ? Optional.of("there is nothing in it to learn") : Optional.empty());
    }

    /** Ids, and which of them are to be predicted. */
    private static final class Ids {

        private int[] ids = new int[64];
        private int size;
        private final BitSet learnt = new BitSet();

        void add(int id, boolean predicted) {
            if (size == ids.length) {
                ids = Arrays.copyOf(ids, 2 * size);
            }
            learnt.set(size, predicted);
            ids[size++] = id;
        }

        void add(int[] more, boolean predicted) {
            for (int id : more) {
                add(id, predicted);
            }
        }

        int size() {
            return size;
        }

        /** Rows {@code from} to {@code to - 2}, each labelled with the id after it; empty if none has a label. */
        Optional<Segment> segment(int from, int to) {
            int next = learnt.nextSetBit(from + 1);
            if (to - from < 2 || next < 0 || next >= to) {
                return Optional.empty();
            }
            int[] tokens = new int[to - from - 1];
            int[] labels = new int[tokens.length];
            for (int i = 0; i < tokens.length; i++) {
                tokens[i] = ids[from + i];
                labels[i] = learnt.get(from + i + 1)
                        ? ids[from + i + 1] : PackedBatch.NOT_COUNTED;
            }
            return Optional.of(new Segment(tokens, labels));
        }
    }
}
