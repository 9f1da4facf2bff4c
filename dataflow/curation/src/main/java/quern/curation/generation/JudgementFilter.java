package quern.curation.generation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import quern.curation.Draft;
import quern.curation.FieldPath;
import quern.curation.Filter;
import quern.curation.Interval;
import quern.curation.SampleException;
import quern.curation.TextGenerator.Answer;
import quern.curation.TextGenerator.Message;
import quern.curation.Verdict;

/**
 * Keeps samples that a model scores high enough.
 *
 * <p>Recipe keys {@code llm_analysis_filter}, {@code llm_quality_score_filter}, {@code llm_difficulty_score_filter} and
 * {@code llm_task_relevance_filter}; see {@link Rubric}. The model gives each dimension 1 to 5; the score is their mean
 * over 5, 0.2 to 1. Stats: the score, the whole answer, and each tag under its own name. As in Data-Juicer a sample
 * without a usable answer is kept by the first and dropped by the others; here the reason is in the report's notes and,
 * where it is dropped, in the reject log. Answers are held to a JSON schema, so {@code system_prompt} may change what
 * is judged and not the form of the answer.
 *
 * @param keep scores that are kept
 * @param dimensions all are scored, and all count
 * @param prompt what the model is told
 * @param before put before the sample, for example what the task is; empty where there is nothing
 */
public record JudgementFilter(Rubric rubric, Asking asking, Interval keep, List<String> dimensions, InputFields input,
        String prompt, String before) implements Filter {

    private static final int FLAGS_MAX = 5;
    private static final int RATIONALE_CHARACTERS = 600;

    /**
     * The fields of a sample that are judged.
     *
     * @param keys dotted paths
     * @param names what the model reads before each
     * @param field template of one, with {@code {field_name}} and {@code {field_data}}
     * @param whole template of all, with {@code {data}}
     */
    public record InputFields(List<String> keys, List<String> names, Template field, Template whole) {

        /** @throws SampleException if the sample has none of the fields */
        String of(JsonNode sample) {
            return whole.fill(place -> data(sample));
        }

        /** The fields alone. */
        public String data(JsonNode sample) {
            List<String> parts = new ArrayList<>();
            for (int i = 0; i < keys.size(); i++) {
                JsonNode value = FieldPath.get(sample, keys.get(i));
                if (value != null && !value.isNull()) {
                    String name = names.get(i);
                    parts.add(field.fill(place -> place.equals("field_name") ? name : Template.shown(value)));
                }
            }
            if (parts.isEmpty()) {
                throw new SampleException("no field to be judged");
            }
            return String.join("\n\n", parts);
        }
    }

    @Override
    public String name() {
        return rubric.operator();
    }

    @Override
    public boolean waits() {
        return true;
    }

    @Override
    public Verdict judge(Draft draft) {
        double score = draft.stat(rubric.scoreKey());
        String problem = "";
        if (Double.isNaN(score) || rubric.unjudged() == Rubric.Unjudged.MINUS_ONE && score < 0) {
            Asking.Asked<ObjectNode> asked = asking.json(draft, List.of(Message.system(prompt),
                    Message.user(before + input.of(draft.fields()))), schema(), this::read);
            problem = asked.problem();
            score = asked.value().map(this::score).orElse(switch (rubric.unjudged()) {
                case KEPT -> Double.NaN;
                case ZERO -> 0.0;
                case MINUS_ONE -> -1.0;
            });
            record(draft, score, asked.orElse(null));
        }
        return Double.isNaN(score) ? Verdict.keep()
                : problem.isEmpty() ? keep.judge(rubric.scoreKey(), score)
                : Verdict.drop("not judged: " + problem);
    }

    private void record(Draft draft, double score, ObjectNode answer) {
        if (!Double.isNaN(score)) {
            draft.setStat(rubric.scoreKey(), score);
        }
        ObjectNode stats = draft.stats();
        if (answer != null) {
            stats.set(rubric.recordKey(), answer);
            answer.path("tags").properties().forEach(tag -> stats.set(tag.getKey(), tag.getValue()));
        } else {
            stats.putNull(rubric.recordKey());
        }
    }

    private double score(ObjectNode answer) {
        double sum = 0;
        for (String dimension : dimensions) {
            sum += answer.path("dimension_scores").path(dimension).doubleValue();
        }
        return sum / dimensions.size() / 5;
    }

    private ObjectNode read(Answer answer) {
        ObjectNode object = AnswerJson.object(answer);
        JsonNode scores = object.path("dimension_scores");
        dimensions.forEach(dimension -> AnswerJson.number(scores, dimension, 1, 5));
        return object;
    }

    private JsonNode schema() {
        List<Object> scores = new ArrayList<>();
        for (String dimension : dimensions) {
            scores.add(dimension);
            scores.add(Schemas.whole(1, 5));
        }
        List<Object> fields = new ArrayList<>(List.of("dimension_scores", Schemas.object(scores.toArray())));
        if (rubric.tagged()) {
            fields.addAll(List.of("tags", Schemas.object("topic", Schemas.name(), "style", Schemas.name())));
        }
        fields.addAll(List.of("flags", Schemas.list(Schemas.name(), FLAGS_MAX),
                "rationale", Schemas.passage().put("maxLength", RATIONALE_CHARACTERS),
                "recommendation", Schemas.oneOf(List.of("keep", "review", "discard"))));
        return Schemas.object(fields.toArray());
    }
}
