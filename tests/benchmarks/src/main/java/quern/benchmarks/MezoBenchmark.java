package quern.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import quern.config.BackendConfig;
import quern.config.TuningOptimizer;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.gpu.tensor.ElementType;
import quern.inference.LoadedModel;
import quern.inference.format.RandomShape;
import quern.tuning.AdaptedModel;
import quern.tuning.ForwardTrainer;
import quern.tuning.LearningRateSchedule;
import quern.tuning.LoraSettings;
import quern.tuning.OptimizerSettings;
import quern.tuning.StepLog;
import quern.tuning.network.DecoderNetwork;
import quern.tuning.network.PackedBatch;
import quern.tuning.network.Parameter;

/**
 * The largest resident memory of a process that tunes by forward passes alone, against that of one which computes as
 * many losses and tunes nothing; each runs by itself, in turns. Behind its measurement the tuning one makes its steps
 * again from their seeds and scalars, and compares the bits.
 */
public final class MezoBenchmark {

    private static final int STEPS = 2;
    private static final int RANK = 8;
    private static final String ALONE = "inference";
    private static final String TUNING = "mezo";

    private MezoBenchmark() {}

    /** @param arguments a shape, a type of weights, tokens of the sequence, rounds (default 3) */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length == 4 && List.of(ALONE, TUNING).contains(arguments[3])) {
            measure(RandomShape.parse(arguments[0]), ElementType.valueOf(arguments[1]),
                    Integer.parseInt(arguments[2]), arguments[3].equals(TUNING));
            return;
        }
        int rounds = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 3;
        System.out.printf(Locale.ROOT, "MeZO, LoRA r=%d, %s %s, sequence %s, %d rounds, %s%n", RANK, arguments[0],
                arguments[1], arguments[2], rounds, Instant.now());
        double[] alone = new double[rounds];
        double[] tuning = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            alone[round] = peakMib(arguments, ALONE);
            tuning[round] = peakMib(arguments, TUNING);
            System.out.printf(Locale.ROOT, "  inference alone %.0f MiB, tuning %.0f MiB%n", alone[round],
                    tuning[round]);
        }
        double before = EngineBenchmark.median(alone);
        double with = EngineBenchmark.median(tuning);
        System.out.printf(Locale.ROOT, "  peak resident memory: %.0f MiB of inference alone, %.0f MiB of tuning:"
                + " %+.1f %% (mark: +5 %%)%n", before, with, 100 * (with / before - 1));
    }

    private static double peakMib(String[] arguments, String what) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), MezoBenchmark.class.getName()));
        command.addAll(Arrays.asList(arguments).subList(0, 3));
        command.add(what);
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new IllegalStateException(what + " ended with " + process.exitValue() + ": " + said);
        }
        return Double.parseDouble(said.substring(said.lastIndexOf('\n') + 1)) / 1024;
    }

    private static void measure(RandomShape shape, ElementType type, int tokens, boolean tuning) throws IOException {
        try (Backend backend = BackendChoice.choose(new BackendConfig(BackendConfig.Choice.AUTO, 0)).backend();
                LoadedModel model = LoraBenchmark.load(shape, type, backend)) {
            PackedBatch batch = LoraBenchmark.batch(model.shape(), tokens, 1);
            LoraBenchmark.forgetPeak();
            if (tuning) {
                tune(model, backend, batch);
                return;
            }
            DecoderNetwork network = AdaptedModel.frozen(model, backend);
            for (int pass = 0; pass < 2 * STEPS; pass++) {
                network.loss(batch);
            }
            System.out.println(LoraBenchmark.memoryKib("VmHWM:"));
        }
    }

    private static void tune(LoadedModel model, Backend backend, PackedBatch batch) throws IOException {
        LoraSettings lora = LoraSettings.ofAllTargets(RANK, 2 * RANK, 1);
        AdaptedModel adapted = AdaptedModel.withoutGradients(model, lora, backend);
        StepLog log = new StepLog(Path.of("never-written"), "");
        ForwardTrainer trainer = trainer(adapted, backend, log);
        for (int step = 0; step < STEPS; step++) {
            trainer.begin(List.of(batch));
            while (!trainer.ready()) {
                trainer.slice(Integer.MAX_VALUE, Long.MAX_VALUE);
            }
            trainer.apply(trainer.measure());
        }
        long peakKib = LoraBenchmark.memoryKib("VmHWM:");
        AdaptedModel again = AdaptedModel.withoutGradients(model, lora, backend);
        ForwardTrainer repeating = trainer(again, backend, log);
        log.entries().forEach(entry -> repeating.repeat((StepLog.Step) entry));
        if (!Arrays.deepEquals(values(adapted), values(again))) {
            throw new IllegalStateException("wrong answer: steps made again give other bits");
        }
        System.out.println(peakKib);
    }

    private static ForwardTrainer trainer(AdaptedModel adapted, Backend backend, StepLog log) {
        return new ForwardTrainer(adapted.network(), adapted.parameters(), new OptimizerSettings(
                LearningRateSchedule.constant(1e-4), 0, 0, 1e-3, 0, 0, TuningOptimizer.MEZO),
                backend.trainingKernels(), 1, log);
    }

    private static float[][] values(AdaptedModel adapted) {
        return adapted.parameters().stream().map(Parameter::values).map(rows -> rows.values())
                .toArray(float[][]::new);
    }
}
