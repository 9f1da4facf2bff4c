package quern.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import quern.gpu.kernel.CodedRows;
import quern.gpu.kernel.TrainingKernels.AdamWStep;
import quern.gpu.kernel.TrainingKernels.LionStep;
import quern.gpu.scalar.ScalarTrainingKernels;

/** The update against torch.optim.AdamW (reference/optim). */
class OptimizerReferenceTest {

    @Test
    void shouldFollowTorchWhenUpdating() throws IOException {
        ObjectMapper json = new ObjectMapper();
        JsonNode problem = json.readTree(SharedFiles.at("reference/optim/problem.json").toFile());
        JsonNode run = json.readTree(SharedFiles.at("reference/optim/adamw.json").toFile());
        JsonNode setting = run.path("setting");
        double tolerance = Math.max(1e-6, 10 * run.path("float32_run_max_abs_diff").asDouble());
        var kernels = new ScalarTrainingKernels();
        for (String name : new String[] {"w", "b"}) {
            float[] parameters = floats(problem.path("start").path(name));
            float[] first = new float[parameters.length];
            float[] second = new float[parameters.length];
            for (int step = 1; step <= run.path("steps").asInt(); step++) {
                kernels.adamW(parameters, floats(problem.path("gradients").get(step - 1).path(name)), first, second,
                        new AdamWStep((float) setting.path("lr").asDouble(),
                                (float) setting.path("betas").get(0).asDouble(),
                                (float) setting.path("betas").get(1).asDouble(),
                                (float) setting.path("eps").asDouble(),
                                (float) setting.path("weight_decay").asDouble(), 1f, step));
                float[] expected = floats(run.path("after_step").get(step - 1).path(name));
                for (int i = 0; i < expected.length; i++) {
                    assertEquals(expected[i], parameters[i], tolerance, name + " " + i + " after step " + step);
                }
            }
        }
    }

    /** Each step moves a parameter by about a learning rate; rounding the moments may cost a tenth of that. */
    @Test
    void shouldStayNearTorchWhenMomentsAreBytes() throws IOException {
        ObjectMapper json = new ObjectMapper();
        JsonNode problem = json.readTree(SharedFiles.at("reference/optim/problem.json").toFile());
        JsonNode run = json.readTree(SharedFiles.at("reference/optim/adamw.json").toFile());
        JsonNode setting = run.path("setting");
        float rate = (float) setting.path("lr").asDouble();
        var kernels = new ScalarTrainingKernels();
        double farthest = 0;
        for (String name : new String[] {"w", "b"}) {
            float[] parameters = floats(problem.path("start").path(name));
            CodedRows first = CodedRows.zeros(parameters.length);
            CodedRows second = CodedRows.zeros(parameters.length);
            for (int step = 1; step <= run.path("steps").asInt(); step++) {
                kernels.adamW(parameters, floats(problem.path("gradients").get(step - 1).path(name)), first, second,
                        new AdamWStep(rate, (float) setting.path("betas").get(0).asDouble(),
                                (float) setting.path("betas").get(1).asDouble(),
                                (float) setting.path("eps").asDouble(),
                                (float) setting.path("weight_decay").asDouble(), 1f, step));
                float[] expected = floats(run.path("after_step").get(step - 1).path(name));
                for (int i = 0; i < expected.length; i++) {
                    farthest = Math.max(farthest, Math.abs(expected[i] - parameters[i]));
                    assertEquals(expected[i], parameters[i], 0.1 * rate * step, name + " " + i + " after step " + step);
                }
            }
        }
        assertTrue(farthest > 1e-6, "moments of a byte cannot be as exact as floats: " + farthest);
    }

    @Test
    void shouldFollowTimmWhenUpdatingWithLion() throws IOException {
        ObjectMapper json = new ObjectMapper();
        JsonNode problem = json.readTree(SharedFiles.at("reference/optim/problem.json").toFile());
        JsonNode run = json.readTree(SharedFiles.at("reference/optim/lion.json").toFile());
        JsonNode setting = run.path("setting");
        double tolerance = Math.max(1e-6, 10 * run.path("float32_run_max_abs_diff").asDouble());
        var kernels = new ScalarTrainingKernels();
        LionStep lion = new LionStep((float) setting.path("lr").asDouble(),
                (float) setting.path("betas").get(0).asDouble(), (float) setting.path("betas").get(1).asDouble(),
                (float) setting.path("weight_decay").asDouble(), 1f);
        for (String name : new String[] {"w", "b"}) {
            float[] parameters = floats(problem.path("start").path(name));
            float[] momentum = new float[parameters.length];
            for (int step = 1; step <= run.path("steps").asInt(); step++) {
                kernels.lion(parameters, floats(problem.path("gradients").get(step - 1).path(name)), momentum, lion);
                float[] expected = floats(run.path("after_step").get(step - 1).path(name));
                for (int i = 0; i < expected.length; i++) {
                    assertEquals(expected[i], parameters[i], tolerance, name + " " + i + " after step " + step);
                }
            }
        }
    }

    /** All numbers below a node, in order. */
    private static float[] floats(JsonNode array) {
        var values = new ArrayList<Float>();
        array.forEach(item -> {
            if (item.isArray()) {
                for (float value : floats(item)) {
                    values.add(value);
                }
            } else {
                values.add((float) item.asDouble());
            }
        });
        float[] out = new float[values.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = values.get(i);
        }
        return out;
    }
}
