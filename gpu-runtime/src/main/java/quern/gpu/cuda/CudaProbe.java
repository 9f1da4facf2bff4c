package quern.gpu.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.charset.StandardCharsets;
import jcuda.CudaException;
import jcuda.driver.CUdevice;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** Asks this machine for an NVIDIA driver and its devices. Opens no context and leaves the devices as they are. */
public final class CudaProbe {

    private static final String DRIVER = "libcuda.so.1";

    private CudaProbe() {}

    /** Why CUDA cannot be used here, in one line that names what was looked for and what was found. */
    public static String refusal() {
        if (!driverPresent()) {
            return DRIVER + " not found";
        }
        try {
            return "driver found: " + devices() + ", but this version has no CUDA kernels";
        } catch (CudaException e) {
            return "driver found, but it fails: " + e.getMessage();
        } catch (LinkageError e) {
            return "driver found, but its Java binding does not load: " + firstLine(e);
        }
    }

    /** Looked up before JCuda is touched, whose classes unpack native libraries when they are first used. */
    @SuppressWarnings("restricted")
    private static boolean driverPresent() {
        try (Arena arena = Arena.ofConfined()) {
            return SymbolLookup.libraryLookup(DRIVER, arena).find("cuInit").isPresent();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String devices() {
        JCudaDriver.setExceptionsEnabled(true);
        JCudaDriver.cuInit(0);
        int[] count = new int[1];
        JCudaDriver.cuDeviceGetCount(count);
        if (count[0] == 0) {
            return "no device";
        }
        CUdevice device = new CUdevice();
        JCudaDriver.cuDeviceGet(device, 0);
        byte[] name = new byte[256];
        if (JCudaDriver.cuDeviceGetName(name, name.length, device) != CUresult.CUDA_SUCCESS) {
            return count[0] + " devices";
        }
        return (count[0] == 1 ? "1 device, " : count[0] + " devices, the first ") + text(name);
    }

    private static String text(byte[] zeroTerminated) {
        int length = 0;
        while (length < zeroTerminated.length && zeroTerminated[length] != 0) {
            length++;
        }
        return new String(zeroTerminated, 0, length, StandardCharsets.US_ASCII).strip();
    }

    private static String firstLine(Throwable error) {
        return String.valueOf(error.getMessage()).lines().findFirst().orElse(error.getClass().getSimpleName());
    }
}
