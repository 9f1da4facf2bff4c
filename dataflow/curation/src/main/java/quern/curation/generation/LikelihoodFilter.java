package quern.curation.generation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import quern.curation.Draft;
import quern.curation.Filter;
import quern.curation.GenerationException;
import quern.curation.Interval;
import quern.curation.SampleException;
import quern.curation.Verdict;

/**
 * Keeps samples by how likely the model finds their response.
 *
 * <p>Recipe keys and stats: {@code llm_perplexity_filter} ({@code llm_perplexity}: {@code exp} of the mean loss of the
 * response's tokens after the query), {@code instruction_following_difficulty_filter} ({@code ifd_score}: the loss
 * after the query over the loss without it; Li et al., arXiv 2308.12032), {@code in_context_influence_filter}
 * ({@code in_context_influence}: mean over validation samples of the loss without over the loss with a demonstration;
 * the validation sample's loss, or with {@code valid_as_demo} this sample's). Losses are those of the served model, so
 * thresholds have to be chosen for it. A sample that does not fit into the context is dropped with that reason.
 *
 * @param validation empty but for the last; see {@link Measure}
 */
public record LikelihoodFilter(Measure measure, Asking asking, Interval keep, Template query, Template response,
        Validation validation) implements Filter {

    /** What is measured. */
    public enum Measure {
        PERPLEXITY("llm_perplexity_filter", "llm_perplexity"),
        DIFFICULTY("instruction_following_difficulty_filter", "ifd_score"),
        INFLUENCE("in_context_influence_filter", "in_context_influence");

        private final String operator;
        private final String stat;

        Measure(String operator, String stat) {
            this.operator = operator;
            this.stat = stat;
        }

        /** Recipe key. */
        public String operator() {
            return operator;
        }
    }

    /**
     * Samples to be compared with.
     *
     * @param task put before a demonstration; empty: nothing
     * @param asDemonstration whether they are the demonstration, or this sample is one for them
     */
    public record Validation(List<ObjectNode> samples, String task, boolean asDemonstration) {

        public static final Validation NONE = new Validation(List.of(), "", false);
    }

    @Override
    public String name() {
        return measure.operator;
    }

    @Override
    public boolean waits() {
        return true;
    }

    @Override
    public Verdict judge(Draft draft) {
        double value = draft.stat(measure.stat);
        if (Double.isNaN(value)) {
            asking.noteStandIn(draft);
            try {
                value = measured(draft);
            } catch (GenerationException e) {
                throw new SampleException("not measured: " + e.kind().reason());
            }
            if (!Double.isFinite(value)) {
                throw new SampleException("not measured: no finite value");
            }
            draft.setStat(measure.stat, value);
        }
        return keep.judge(measure.stat, value);
    }

    private double measured(Draft draft) {
        Conversation sample = Conversation.of(draft.fields(), query, response, "");
        return switch (measure) {
            case PERPLEXITY -> Math.exp(loss(sample));
            case DIFFICULTY -> loss(sample) / loss(sample.alone());
            case INFLUENCE -> influence(sample);
        };
    }

    private double influence(Conversation sample) {
        double sum = 0;
        for (ObjectNode fields : validation.samples()) {
            Conversation other = Conversation.of(fields, query, response, "");
            Conversation asked = validation.asDemonstration() ? sample : other;
            Conversation shown = validation.asDemonstration() ? other : sample;
            Conversation before = validation.task().isEmpty() ? shown
                    : shown.behind(new Conversation(List.of(validation.task())));
            sum += loss(asked) / loss(asked.behind(before));
        }
        return sum / validation.samples().size();
    }

    /** Nats per token. */
    private double loss(Conversation conversation) {
        double[] all = asking.model().logLikelihoods(conversation.context(), conversation.response());
        if (all.length == 0) {
            throw new SampleException("no token to be measured");
        }
        return -Arrays.stream(all).sum() / all.length;
    }
}
