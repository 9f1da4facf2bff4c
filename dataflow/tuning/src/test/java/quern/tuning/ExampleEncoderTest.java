package quern.tuning;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import quern.config.QuernException;
import quern.inference.template.ChatTemplate;
import quern.inference.tokenizer.Tokenizer;
import quern.tuning.ExampleEncoder.Encoded;
import quern.tuning.network.PackedBatch;
import quern.tuning.network.PackedBatch.Segment;

class ExampleEncoderTest {

    private static final Tokenizer TOKENIZER = TinyModels.vocabulary().tokenizer();

    private final ExampleEncoder encoder =
            new ExampleEncoder(TOKENIZER, ChatTemplate.parse(TinyModels.TEMPLATE), 100);

    private static TrainingSample sample(String json) {
        try {
            return TrainingSample.of(new ObjectMapper().readTree(json.replace('\'', '"')));
        } catch (JsonProcessingException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private Segment only(String json) {
        Encoded encoded = encoder.encode(sample(json));
        assertEquals(1, encoded.segments().size(), encoded.toString());
        return encoded.segments().getFirst();
    }

    /** What is to be predicted, control tokens as they are written. */
    private static String learnt(Segment segment) {
        StringBuilder text = new StringBuilder();
        for (int label : segment.labels()) {
            text.append(label == -100 ? "" : TOKENIZER.isControl(label)
                    ? TOKENIZER.text(label) : TOKENIZER.decode(new int[] {label}));
        }
        return text.toString();
    }

    @Test
    void shouldLearnOnlyTheAnswersAndTheirEndsWhenGivenAConversation() {
        Segment segment = only("""
                {'messages': [{'role': 'system', 'content': 'Be brief.'}, {'role': 'user', 'content': 'Hi'},
                {'role': 'assistant', 'content': 'Yes?'}, {'role': 'user', 'content': 'Bye'},
                {'role': 'assistant', 'content': 'So long'}]}""");
        assertEquals("Yes?<|im_end|>So long<|im_end|>", learnt(segment));
        for (int i = 0; i + 1 < segment.count(); i++) {
            assertTrue(segment.labels()[i] == -100 || segment.labels()[i] == segment.tokens()[i + 1]);
        }
    }

    @Test
    void shouldSeeThePromptThatIsServedWhenAnAnswerBegins() {
        TrainingSample sample = sample("{'instruction': 'Add', 'input': '1 2', 'output': '3'}");
        int[] prompt = TOKENIZER.encodeTemplate("<|im_start|>user\nAdd\n\n1 2<|im_end|>\n<|im_start|>assistant\n");
        Segment segment = encoder.encode(sample).segments().getFirst();
        assertArrayEquals(prompt, Arrays.copyOf(segment.tokens(), prompt.length));
        Question question = encoder.question(sample).orElseThrow();
        assertArrayEquals(prompt, question.prompt());
        assertTrue(question.isAnsweredBy("It is 3."));
        assertFalse(question.isAnsweredBy("It is 4."));
    }

    @Test
    void shouldLeaveOutATurnWhenItsWeightIsZero() {
        assertEquals("b<|im_end|>", learnt(only("""
                {'messages': [{'role': 'user', 'content': 'x'}, {'role': 'assistant', 'content': 'a', 'weight': 0},
                {'role': 'user', 'content': 'y'}, {'role': 'assistant', 'content': 'b'}]}""")));
    }

    @Test
    void shouldKeepControlTokensInMessagesAsText() {
        Segment segment = only("{'query': '<|im_end|>', 'response': 'no <|im_start|>'}");
        assertEquals("no <|im_start|><|im_end|>", learnt(segment));
        assertEquals(2, Arrays.stream(segment.tokens()).filter(id -> id == 257).count());
    }

    /** Everything that comes from documents, in every form of a sample, with control tokens strewn in. */
    @Test
    void shouldHaveNoOtherControlTokensWhenEveryTextHoldsSome() {
        long seed = 20261122;
        Random random = new Random(seed);
        List<String> controls = IntStream.range(0, TinyModels.vocabulary().tokens().size()).filter(TOKENIZER::isControl)
                .mapToObj(TOKENIZER::text).toList();
        assertTrue(controls.size() >= 3, controls.toString());
        for (String form : List.of("{'text': '%1$s %2$s'}", "{'prompt': '%1$s', 'completion': '%2$s'}",
                "{'instruction': '%1$s', 'input': '%2$s', 'output': '%2$s'}", "{'query': '%1$s', 'response': '%2$s'}",
                "{'messages': [{'role': 'system', 'content': '%1$s'}, {'role': '%2$s', 'content': '%2$s'}, "
                        + "{'role': 'assistant', 'content': '%1$s'}, {'role': 'user', 'content': 'x'}, "
                        + "{'role': 'assistant', 'content': '%2$s'}]}")) {
            List<String> expected = controlsOf(form.formatted("one", "two"));
            for (int i = 0; i < 20; i++) {
                String one = strewn(random, controls);
                String two = strewn(random, controls);
                assertEquals(expected, controlsOf(form.formatted(one, two)), "seed " + seed + ", " + form + ": " + one
                        + " / " + two);
            }
        }
    }

    private static String strewn(Random random, List<String> controls) {
        StringBuilder text = new StringBuilder(random.nextBoolean() ? "a" : "");
        for (int i = 0; i < 3; i++) {
            text.append(controls.get(random.nextInt(controls.size()))).append(random.nextInt(3) == 0 ? " b" : "");
        }
        return text + (random.nextBoolean() ? "system" : "");
    }

    /** The control tokens of the whole sample, in order. */
    private List<String> controlsOf(String json) {
        var wide = new ExampleEncoder(TOKENIZER, ChatTemplate.parse(TinyModels.TEMPLATE), 2000);
        return wide.encode(sample(json)).segments().stream()
                .flatMapToInt(segment -> IntStream.concat(Arrays.stream(segment.tokens()),
                        IntStream.of(segment.labels()[segment.count() - 1])))
                .filter(id -> id >= 0 && TOKENIZER.isControl(id)).mapToObj(TOKENIZER::text).toList();
    }

    @Test
    void shouldLearnEverythingWhenGivenText() {
        Segment segment = only("{'text': 'The end'}");
        assertEquals("he end<|endoftext|>", learnt(segment));
        assertEquals("completion<|im_end|>", learnt(only("{'prompt': 'a ', 'completion': 'completion'}")));
    }

    @Test
    void shouldCutALongTextIntoContextsThatLoseNoToken() {
        Encoded encoded = encoder.encode(new TrainingSample.Text("abc".repeat(100)));
        assertEquals(0, encoded.truncatedTokens());
        assertEquals("abc".repeat(100).substring(1) + "<|endoftext|>",
                String.join("", encoded.segments().stream().map(ExampleEncoderTest::learnt).toList()));
        assertTrue(encoded.segments().stream().allMatch(segment -> segment.count() <= 100));
    }

    @Test
    void shouldReportWhatIsCutWhenAConversationIsTooLong() {
        Encoded encoded = encoder.encode(TrainingSample.Chat.of("why", "z".repeat(200)));
        int prompt = TOKENIZER.encodeTemplate("<|im_start|>user\nwhy<|im_end|>\n<|im_start|>assistant\n").length;
        assertEquals(prompt + 200 + 2 - 1 - 100, encoded.truncatedTokens());
        assertEquals(100, encoded.segments().getFirst().count());
        Encoded prompted = encoder.encode(TrainingSample.Chat.of("y".repeat(200), "z"));
        assertEquals(List.of(), prompted.segments());
        assertEquals(Optional.of("the prompt alone fills the context of 100 tokens"), prompted.skipReason());
    }

    @Test
    void shouldEndTheAnswerWhenTheTemplateDoesNot() {
        var plain = new ExampleEncoder(TOKENIZER, ChatTemplate.plain(), 100);
        assertEquals(" b\n<|im_end|>", learnt(plain.encode(TrainingSample.Chat.of("a", "b")).segments().getFirst()));
    }

    @Test
    void shouldLearnTheLastTurnWhenTheTemplateRewritesEarlierOnes() {
        var last = new ExampleEncoder(TOKENIZER, ChatTemplate.parse(
                "{{ messages[-1].content }}{% if add_generation_prompt %}:{% endif %}"), 100);
        Encoded encoded = last.encode(sample("""
                {'messages': [{'role': 'user', 'content': 'x'}, {'role': 'assistant', 'content': 'a'},
                {'role': 'user', 'content': 'y'}, {'role': 'assistant', 'content': 'b'}]}"""));
        assertEquals("b<|im_end|>", learnt(encoded.segments().getFirst()));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{'texts': 'a'}", "{'messages': 'a'}", "{'messages': [{'role': 'user', 'content': 'a'}]}",
        "{'messages': [{'content': 'a'}]}", "{'messages': [{'role': 'assistant', 'content': 1}]}", "{'text': 3}",
        "{'prompt': 'a', 'completion': null}", "[]"
    })
    void shouldRefuseASampleOfNoKnownForm(String json) {
        var refused = assertThrows(QuernException.class, () -> sample(json));
        assertTrue(refused.getMessage().startsWith("training sample has "), refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"The  Red fox ran.,red fox,true", "red,red.,true", "red,...,false", "reddish,blue,false", "'',x,false"})
    void shouldCompareSpansWithoutCaseAndSpacing(String answer, String span, boolean hit) {
        assertEquals(hit, new Question(new int[1], span).isAnsweredBy(answer));
    }

    /** Of earlier answers nothing is learnt, and the two sequences begin alike. */
    @Test
    void shouldLearnTheTwoAnswersAloneWhenGivenAPair() {
        Segment pair = only("""
                {'messages': [{'role': 'user', 'content': 'a'}, {'role': 'assistant', 'content': 'b'},
                 {'role': 'user', 'content': 'c'}], 'chosen': 'yes', 'rejected': 'nay!'}""");
        assertTrue(pair.isPair());
        assertEquals("yes<|im_end|>", learnt(pair.chosen()));
        assertEquals("nay!<|im_end|>", learnt(pair.rejected()));
        int same = Arrays.mismatch(pair.chosen().tokens(), pair.rejected().tokens());
        assertEquals(Arrays.stream(pair.chosen().labels()).takeWhile(label -> label < 0).count() + 1, same);
        PackedBatch batch = PackedBatch.of(List.of(pair, pair));
        int second = pair.rejectedFrom();
        assertEquals(second, batch.segmentFrom()[pair.count() - 1]);
        assertEquals(0, batch.positions()[second]);
        assertEquals(pair.count() + second, batch.segmentFrom()[batch.count() - 1]);
        assertEquals(pair.count(), batch.sequenceEnd(second));
    }

    @Test
    void shouldLeaveAPairOutWhenNothingTellsItsAnswersApart() {
        String begin = "{'messages': [{'role': 'user', 'content': 'a'}], ";
        Encoded same = encoder.encode(sample(begin + "'chosen': 'yes', 'rejected': 'yes'}"));
        assertEquals(Optional.of("its two answers are the same"), same.skipReason());
        String longer = "y".repeat(200);
        Encoded cut = encoder.encode(sample(begin + "'chosen': '" + longer + "a', 'rejected': '" + longer + "b'}"));
        assertEquals(Optional.of("its two answers are the same where they are cut off"), cut.skipReason());
        assertEquals(0, cut.segments().size());
    }
}
