package quern.config;

/**
 * @param choice asking for one by name and not getting it is an error at start
 * @param threads compute threads; 0: one per core
 */
public record BackendConfig(Choice choice, int threads) {

    public BackendConfig {
        new Bounds().within("threads", threads, 0, 1024).enforce();
    }

    /** A backend by name, or the fastest that this machine can run. */
    public enum Choice { AUTO, SCALAR, VECTOR, CUDA }
}
