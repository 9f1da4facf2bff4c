package quern.gpu;

import quern.gpu.kernel.Kernels;
import quern.gpu.kernel.TrainingKernels;

/** Kernels of one kind and the threads they run on. Closing it ends the threads; one thread drives it at a time. */
public final class Backend implements AutoCloseable {

    private final Kernels kernels;
    private final TrainingKernels trainingKernels;
    private final ComputeTeam team;
    private final String description;

    /** @param team closed with this backend */
    public Backend(Kernels kernels, TrainingKernels trainingKernels, ComputeTeam team, String description) {
        this.kernels = kernels;
        this.trainingKernels = trainingKernels;
        this.team = team;
        this.description = description;
    }

    public Kernels kernels() {
        return kernels;
    }

    public TrainingKernels trainingKernels() {
        return trainingKernels;
    }

    public ComputeTeam team() {
        return team;
    }

    /** One line for people: kind, threads, lanes. */
    public String description() {
        return description;
    }

    @Override
    public void close() {
        team.close();
    }
}
