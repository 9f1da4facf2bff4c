package quern.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Between the start of the process and its first answer.
 *
 * @param warmUp how long a miniature of the model may run before the process says that it is ready; 0: not at all
 * @param packedFiles whether weights are kept in the form the kernels use, in a file that later starts map
 * @param packedDirectory where those files go; absent: beside the model, else in the data directory
 * @param packedMax of the files in that directory together, the newest aside; those made longest ago go first
 */
public record StartConfig(Duration warmUp, boolean packedFiles, Optional<Path> packedDirectory, DataSize packedMax) {

    public StartConfig {
        new Bounds()
                .within("warmUp", warmUp, Duration.ZERO, Duration.ofSeconds(60))
                .within("packedMax", packedMax, "0B", "64TiB")
                .enforce();
    }
}
