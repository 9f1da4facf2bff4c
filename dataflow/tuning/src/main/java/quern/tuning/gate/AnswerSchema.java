package quern.tuning.gate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.CollectorContext;
import com.networknt.schema.ExecutionConfig;
import com.networknt.schema.ExecutionContext;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.OutputFormat;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.resource.DisallowSchemaLoader;
import quern.inference.grammar.Grammar;
import quern.inference.grammar.GrammarException;
import quern.inference.grammar.GrammarLimits;
import quern.inference.grammar.TextPattern;

/**
 * A JSON schema that answers are held against: one that answers could be bound to as well, with all its documents. No
 * reference leads out of it, its patterns never go back, and a validation ends after a number of steps.
 */
public final class AnswerSchema {

    private static final int STEPS_MAX = 1_000_000;
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    private final JsonNode node;
    private final JsonSchema schema;

    private AnswerSchema(JsonNode node, JsonSchema schema) {
        this.node = node;
        this.schema = schema;
    }

    /**
     * @param at what the schema's place is called in a refusal
     * @throws GrammarException naming the place and the keyword if it is malformed, not supported or too large
     */
    public static AnswerSchema of(JsonNode schema, String at, GrammarLimits limits) {
        Grammar.ofSchema(schema, at, limits);
        var factory = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012, builder -> builder
                .schemaLoaders(loaders -> loaders.add(DisallowSchemaLoader.getInstance())));
        var config = SchemaValidatorsConfig.builder().failFast(true).formatAssertionsEnabled(true)
                .regularExpressionFactory(pattern -> TextPattern.within(pattern, at, limits)::isIn).build();
        JsonSchema compiled = factory.getSchema(schema, config);
        compiled.initializeValidators();
        return new AnswerSchema(schema, compiled);
    }

    String text() {
        return node.toString();
    }

    Verdict judge(String answer) {
        JsonNode document;
        try {
            document = JSON.readTree(answer);
        } catch (JsonProcessingException e) {
            return Verdict.failed("it is no JSON document: " + e.getOriginalMessage());
        }
        try {
            var steps = new CountedSteps(schema.createExecutionContext().getExecutionConfig());
            var problems = schema.validate(steps, document, OutputFormat.DEFAULT);
            return problems.isEmpty() ? Verdict.PASSED : Verdict.failed(problems.iterator().next().getMessage());
        } catch (TooManySteps | StackOverflowError tooMuch) {
            return Verdict.failed("it takes more than " + STEPS_MAX + " steps to hold it against the schema");
        }
    }

    private static final class TooManySteps extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** Every keyword of the validator asks for one of these on its way. */
    private static final class CountedSteps extends ExecutionContext {

        private int left = STEPS_MAX;

        CountedSteps(ExecutionConfig config) {
            super(config);
        }

        @Override
        public CollectorContext getCollectorContext() {
            step();
            return super.getCollectorContext();
        }

        @Override
        public ExecutionConfig getExecutionConfig() {
            step();
            return super.getExecutionConfig();
        }

        private void step() {
            if (left-- <= 0) {
                throw new TooManySteps();
            }
        }
    }
}
