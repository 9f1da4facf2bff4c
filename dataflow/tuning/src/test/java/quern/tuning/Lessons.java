package quern.tuning;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import quern.gpu.Backend;
import quern.inference.LoadedModel;
import quern.inference.transformer.LoraWeights;

/**
 * A small model that has read some answers to questions about colours, and an adapter that has learnt others.
 *
 * @param peft the adapter's files
 */
public record Lessons(
        LoadedModel base, LoraWeights adapter, TuningSettings settings, TuningSet set, Path peft) {

    private static final List<String> NAMES = List.of("A", "B", "C", "D", "E", "F", "G", "H");
    private static final List<String> COLOURS =
            List.of("red", "blue", "gold", "green", "pink", "grey", "lime", "black");
    private static final List<String> FORMS =
            List.of("Colour of %s?", "What has %s?", "And %s?", "Say: %s?", "Now %s?", "For %s?");

    /** Trains both; some seconds. The base is the caller's to close. */
    public static Lessons learnt(Backend backend, Path directory) {
        List<TrainingSample> read = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 600; i++) {
            int name = random.nextInt(8);
            read.add(sample(name, (name * 5 + 2) % 8, random.nextInt(6)));
        }
        LoadedModel base = TinyModels.trained(TinyModels.shape(2, 64), read, 200, backend, directory);
        List<TrainingSample> facts = new ArrayList<>();
        for (int name = 0; name < NAMES.size(); name++) {
            for (int form = 0; form < FORMS.size(); form++) {
                facts.add(sample(name, (name * 3 + 1) % 8, form));
            }
        }
        TuningSettings settings = new TuningSettings(
                LoraSettings.ofAllTargets(16, 32, 4), 5e-3, 12, 512, 0, 5, 1.0, 100, 0.2,
                new GateLimits(0.05, 0.3, 1.0), 2);
        TuningSet set = TuningSet.of(facts, ExampleEncoder.of(base, 128), settings.heldOutShare(), settings.seed());
        TuningRun run = TuningRun.open(
                base, set, settings, backend, directory.resolve("run"), event -> { });
        while (!run.done()) {
            run.slice(4096, Long.MAX_VALUE);
        }
        run.store();
        return new Lessons(base, run.adapter(), settings, set, run.adapterDirectory());
    }

    /** Such samples, nothing of them kept out of training. */
    public TuningSet withoutHeldOut() {
        return TuningSet.of(List.of(sample(0, 0, 0), sample(1, 1, 1)), ExampleEncoder.of(base, 128), 0, 1);
    }

    /** A base of the same shape that has read nothing. */
    public static LoadedModel untrained(Backend backend, Path directory) {
        directory.toFile().mkdirs();
        List<TrainingSample> little = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            little.add(sample(i % 8, 0, i % 6));
        }
        return TinyModels.trained(TinyModels.shape(2, 64), little, 1, backend, directory);
    }

    private static TrainingSample sample(int name, int colour, int form) {
        return TrainingSample.Chat.of(String.format(FORMS.get(form), NAMES.get(name)), COLOURS.get(colour));
    }
}
