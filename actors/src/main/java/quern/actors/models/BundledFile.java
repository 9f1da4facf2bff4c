package quern.actors.models;

/**
 * A file in a bundle.
 *
 * @param path where it lies in its part of the bundle
 * @param sha256 of its bytes, in hex
 */
public record BundledFile(String path, long bytes, String sha256) {}
