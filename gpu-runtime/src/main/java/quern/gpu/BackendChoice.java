package quern.gpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import quern.config.BackendConfig;
import quern.config.QuernException;
import quern.gpu.cuda.CudaProbe;
import quern.gpu.scalar.ScalarKernels;
import quern.gpu.scalar.ScalarTrainingKernels;
import quern.gpu.vector.VectorKernels;
import quern.gpu.vector.VectorTrainingKernels;

/**
 * The backend of this process, chosen once at start, and why each faster one was refused.
 *
 * @param backend owned by whoever asked for the choice
 * @param refusals in the order in which backends were tried
 */
public record BackendChoice(Backend backend, List<Refusal> refusals) {

    private static final String VECTOR_MODULE = "jdk.incubator.vector";

    /**
     * The fastest backend this machine can run (cuda, vector, scalar), or the one {@code config} names.
     *
     * @throws QuernException FATAL if the named one cannot run here, with the reason
     */
    public static BackendChoice choose(BackendConfig config) {
        List<Refusal> refusals = new ArrayList<>();
        for (BackendConfig.Choice candidate : candidates(config.choice())) {
            Optional<String> reason = refusal(candidate);
            if (reason.isEmpty()) {
                return new BackendChoice(make(candidate, config.threads()), List.copyOf(refusals));
            }
            refusals.add(new Refusal(candidate.name().toLowerCase(Locale.ROOT), reason.get()));
        }
        Refusal refused = refusals.getLast();
        throw new QuernException(
                QuernException.Category.FATAL,
                "backend.choice = " + refused.name() + " cannot run here: " + refused.reason());
    }

    private static List<BackendConfig.Choice> candidates(BackendConfig.Choice choice) {
        return choice == BackendConfig.Choice.AUTO
                ? List.of(BackendConfig.Choice.CUDA, BackendConfig.Choice.VECTOR, BackendConfig.Choice.SCALAR)
                : List.of(choice);
    }

    private static Optional<String> refusal(BackendConfig.Choice candidate) {
        return switch (candidate) {
            case CUDA -> Optional.of(CudaProbe.refusal());
            case VECTOR -> vectorRefusal();
            case SCALAR -> Optional.empty();
            case AUTO -> throw new IllegalArgumentException("auto is not a backend");
        };
    }

    /** Asked before the vector classes are touched, which do not load without the incubator module. */
    private static Optional<String> vectorRefusal() {
        if (ModuleLayer.boot().findModule(VECTOR_MODULE).isEmpty()) {
            return Optional.of("module " + VECTOR_MODULE + " absent: start with --add-modules=" + VECTOR_MODULE);
        }
        return VectorKernels.refusal();
    }

    private static Backend make(BackendConfig.Choice choice, int threads) {
        if (choice == BackendConfig.Choice.SCALAR) {
            return new Backend(
                    new ScalarKernels(), new ScalarTrainingKernels(), new ComputeTeam(1), "scalar: 1 thread");
        }
        ComputeTeam team = new ComputeTeam(threads);
        String size = team.threads() == 1 ? "1 thread" : team.threads() + " threads";
        return new Backend(
                new VectorKernels(team), new VectorTrainingKernels(team, VectorKernels::unpack), team,
                "vector: " + VectorKernels.lanes() + ", " + size);
    }
}
