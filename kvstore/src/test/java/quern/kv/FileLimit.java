package quern.kv;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** The size that files of this process may have (Linux); stands for the size of a disk. */
public final class FileLimit {

    /** RLIMIT_FSIZE. */
    private static final int FILE_SIZE = 1;

    private FileLimit() {}

    /** Sets the limit; it can be raised again. */
    @SuppressWarnings("restricted")
    public static void set(long bytes) throws Throwable {
        Linker linker = Linker.nativeLinker();
        MethodHandle setLimit = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("setrlimit"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
        try (Arena memory = Arena.ofConfined()) {
            int result = (int) setLimit.invokeExact(
                    FILE_SIZE, memory.allocateFrom(ValueLayout.JAVA_LONG, bytes, -1L));
            if (result != 0) {
                throw new IllegalStateException("setrlimit: " + result);
            }
        }
    }
}
