package quern.gpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import quern.config.BackendConfig;
import quern.config.QuernException;
import quern.gpu.cuda.CudaProbe;
import quern.gpu.scalar.ScalarKernels;

/**
 * The backend of this process, chosen once at start, and why each faster one was refused.
 *
 * @param backend owned by whoever asked for the choice
 * @param refusals in the order in which backends were tried
 */
public record BackendChoice(Backend backend, List<Refusal> refusals) {

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
            case VECTOR -> Optional.of("this version has no vector kernels");
            case SCALAR -> Optional.empty();
            case AUTO -> throw new IllegalArgumentException("auto is not a backend");
        };
    }

    private static Backend make(BackendConfig.Choice choice, int threads) {
        ComputeTeam team = new ComputeTeam(threads);
        return new Backend(new ScalarKernels(), null, team, "scalar: 1 thread");
    }
}
