package quern.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Encryption of what the data directory holds.
 *
 * @param atRest whether what is written from now on is sealed; what was sealed before opens either way
 * @param keyFile holds the master key; absent: {@code master.key} in the data directory, made at the first start
 */
public record EncryptionConfig(boolean atRest, Optional<Path> keyFile) {}
