package quern.kv.vault;

import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.function.LongSupplier;

/** Attributes of a file whose size is found out when somebody asks. */
record SealedAttributes(BasicFileAttributes below, LongSupplier bytes) implements BasicFileAttributes {

    @Override
    public FileTime lastModifiedTime() {
        return below.lastModifiedTime();
    }

    @Override
    public FileTime lastAccessTime() {
        return below.lastAccessTime();
    }

    @Override
    public FileTime creationTime() {
        return below.creationTime();
    }

    @Override
    public boolean isRegularFile() {
        return below.isRegularFile();
    }

    @Override
    public boolean isDirectory() {
        return below.isDirectory();
    }

    @Override
    public boolean isSymbolicLink() {
        return below.isSymbolicLink();
    }

    @Override
    public boolean isOther() {
        return below.isOther();
    }

    @Override
    public long size() {
        return bytes.getAsLong();
    }

    @Override
    public Object fileKey() {
        return below.fileKey();
    }
}
