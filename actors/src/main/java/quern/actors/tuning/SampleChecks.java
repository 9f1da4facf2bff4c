package quern.actors.tuning;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import quern.config.QuernException;
import quern.curation.DatasetSource;
import quern.curation.SampleSource;
import quern.tuning.TrainingSample;
import quern.tuning.gate.Check;
import quern.tuning.gate.CheckPrompt;
import quern.tuning.gate.Expectation;

/**
 * Samples of a dataset as checks: asked its question, a model must say what the sample's last answer says, or its span,
 * case aside. Named by the samples' ids. Samples without a question are left out.
 */
final class SampleChecks {

    /** Room for what is said around the answer. */
    private static final int TOKENS_SPARE = 64;
    private static final int TOKENS_MAX = 1024;

    private SampleChecks() {}

    /**
     * @param max the first so many
     * @throws QuernException ERROR if there is none
     */
    static List<Check> of(Path directory, String datasetId, int max) {
        Map<String, Check> checks = new LinkedHashMap<>();
        try (DatasetSource source = new DatasetSource(directory)) {
            SampleSource.Item item = source.next();
            while (item != null && checks.size() < max) {
                if (item instanceof SampleSource.Read read) {
                    String id = read.sample().id();
                    check(id, TrainingSample.of(read.sample().fields())).ifPresent(
                            check -> checks.putIfAbsent(id, check));
                }
                item = source.next();
            }
        }
        if (checks.isEmpty()) {
            throw new QuernException(QuernException.Category.ERROR, "dataset '" + datasetId
                    + "' has no sample with a question and an answer, expected at least one to ask");
        }
        return List.copyOf(checks.values());
    }

    private static Optional<Check> check(String name, TrainingSample sample) {
        return switch (sample) {
            case TrainingSample.Chat chat -> {
                int last = chat.messages().size() - 1;
                boolean answered = last > 0 && "assistant".equals(chat.messages().get(last).get("role"))
                        && chat.messages().get(last).get("content") instanceof String answer && !answer.isBlank();
                yield answered ? Optional.of(check(name, new CheckPrompt.Chat(chat.messages().subList(0, last)),
                        chat.span().orElse((String) chat.messages().get(last).get("content")))) : Optional.empty();
            }
            case TrainingSample.Completion completion -> Optional.of(check(name,
                    new CheckPrompt.Text(completion.prompt()), completion.span().orElse(completion.completion())));
            case TrainingSample.Text text -> Optional.empty();
            case TrainingSample.Pair pair -> check(name, pair.chosen());
        };
    }

    private static Check check(String name, CheckPrompt prompt, String expected) {
        return new Check(name, prompt, new Expectation.Contains(expected.strip(), true),
                Math.min(TOKENS_MAX, expected.length() + TOKENS_SPARE));
    }
}
