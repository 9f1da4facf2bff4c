package quern.inference.reference;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import quern.config.EngineConfig.Product;
import quern.config.QuernException;
import quern.gpu.kernel.Kernels;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Tensor;
import quern.inference.LoadedModel;
import quern.inference.engine.DirectRun;
import quern.inference.format.ModelFile;
import quern.inference.format.ModelFiles;

/**
 * Runs a model on the prompts of its {@link ReferenceAnswers} and measures how far its logits are from the answers, and
 * whether it draws the same greedy tokens. A model without answers is run on a few tokens: its logits must be finite
 * and equal when the same tokens come again one by one. Keys and values are kept as floats, so that the product is all
 * that differs between two checks.
 */
public final class ReferenceCheck {

    private static final int SANITY_TOKENS = 8;

    /**
     * @param architecture empty if the model cannot be opened
     * @param type of most of its weights
     * @param maxDifference largest of all logits compared; NaN if there were none
     * @param tolerance what it must not exceed; NaN if the reference sets none
     * @param greedyEqual whether all greedy tokens are those of the reference; empty where there are none to compare
     * @param problem why the check fails; empty if it passes
     */
    public record Result(
            Path model, String architecture, String type, Product product, boolean hasReference, double maxDifference,
            double tolerance, Optional<Boolean> greedyEqual, Optional<String> problem) {

        public boolean ok() {
            return problem.isEmpty();
        }
    }

    private final Kernels kernels;

    public ReferenceCheck(Kernels kernels) {
        this.kernels = kernels;
    }

    /** Never throws for a model that cannot be run: that is the result. */
    public Result run(Path path, Optional<ReferenceAnswers> answers, Product product) {
        String architecture = "";
        String type = "";
        ModelFile file = null;
        try {
            file = ModelFiles.open(path);
            architecture = file.shape().architecture();
            type = mainType(file);
            try (LoadedModel model = LoadedModel.load(file, kernels, product)) {
                file = null;
                return answers.isPresent()
                        ? compare(model, answers.get(), product, type)
                        : sane(model, path, product, type);
            }
        } catch (QuernException refused) {
            return new Result(path, architecture, type, product, answers.isPresent(), Double.NaN, Double.NaN,
                    Optional.empty(), Optional.of(refused.getMessage()));
        } finally {
            if (file != null) {
                file.close();
            }
        }
    }

    private static String mainType(ModelFile file) {
        Map<ElementType, Long> bytes = new HashMap<>();
        for (String name : file.tensorNames()) {
            Tensor tensor = file.tensor(name);
            bytes.merge(tensor.type(), tensor.rows() == 1 ? 0 : tensor.bytes().byteSize(), Long::sum);
        }
        return bytes.entrySet().stream().max(Map.Entry.comparingByValue()).map(Map.Entry::getKey)
                .map(ElementType::name).orElse("");
    }

    private static Result compare(LoadedModel model, ReferenceAnswers answers, Product product, String type) {
        double largest = 0;
        boolean greedy = true;
        boolean drawn = false;
        for (ReferenceAnswers.Prompt prompt : answers.prompts()) {
            try (DirectRun run = new DirectRun(model, Optional.empty(), ElementType.F32)) {
                double[] differences = new double[prompt.ids().length];
                float[][] last = new float[1][];
                run.append(prompt.ids(), (position, logits, from) -> {
                    float[] expected = prompt.logits().get(position);
                    differences[position] =
                            expected == null ? 0 : difference(answers, expected, logits, from, model);
                    last[0] = Arrays.copyOfRange(logits, from, from + model.shape().vocabulary());
                });
                for (double difference : differences) {
                    // A NaN stays, and is no pass.
                    largest = difference <= largest || Double.isNaN(largest) ? largest : difference;
                }
                drawn |= prompt.greedy().length > 0;
                greedy &= draws(run, last[0], prompt.greedy());
            }
        }
        double tolerance = answers.tolerance(product, type);
        List<String> problems = new ArrayList<>();
        if (Double.isNaN(largest) || !Double.isNaN(tolerance) && !(largest <= tolerance)) {
            problems.add("logits differ by " + largest + ", at most " + tolerance);
        }
        if (!greedy && answers.decidesGreedy(product, type)) {
            problems.add("other greedy tokens");
        }
        return new Result(answers.model(), model.shape().architecture(), type, product, true, largest, tolerance,
                drawn ? Optional.of(greedy) : Optional.empty(),
                problems.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", problems)));
    }

    private static double difference(
            ReferenceAnswers answers, float[] expected, float[] logits, int from, LoadedModel model) {
        if (expected.length > model.shape().vocabulary()) {
            throw new QuernException(QuernException.Category.ERROR, answers.source() + ": " + expected.length
                    + " logits, the model gives " + model.shape().vocabulary());
        }
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            double difference = Math.abs((double) expected[i] - logits[from + i]);
            largest = difference <= largest || Double.isNaN(largest) ? largest : difference;
        }
        return largest;
    }

    private static boolean draws(DirectRun run, float[] logits, int[] expected) {
        for (int i = 0; i < expected.length; i++) {
            if (argmax(logits) != expected[i]) {
                return false;
            }
            logits = i + 1 < expected.length ? run.append(new int[] {expected[i]}) : logits;
        }
        return true;
    }

    private static int argmax(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        return best;
    }

    private static Result sane(LoadedModel model, Path path, Product product, String type) {
        int vocabulary = model.shape().vocabulary();
        int count = Math.min(SANITY_TOKENS, model.shape().contextTokens());
        int[] ids = new int[count];
        for (int i = 0; i < count; i++) {
            ids[i] = (int) ((i * 2_654_435_761L) % vocabulary);
        }
        Optional<String> problem = Optional.empty();
        try (DirectRun whole = new DirectRun(model, Optional.empty(), ElementType.F32);
                DirectRun single = new DirectRun(model, Optional.empty(), ElementType.F32)) {
            float[] once = whole.append(ids);
            float[] again = once;
            for (int id : ids) {
                again = single.append(new int[] {id});
            }
            for (int i = 0; i < vocabulary && problem.isEmpty(); i++) {
                if (!Float.isFinite(once[i])) {
                    problem = Optional.of("logit " + i + " is " + once[i]);
                } else if (once[i] != again[i]) {
                    problem = Optional.of("logit " + i + " is " + once[i] + ", and " + again[i] + " token by token");
                }
            }
        }
        return new Result(path, model.shape().architecture(), type, product, false, Double.NaN, Double.NaN,
                Optional.empty(), problem);
    }
}
