package quern.inference;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.function.BooleanSupplier;
import quern.gpu.kernel.Kernels;

/** Kernels that break down in the middle of a step when told to. */
public final class FaultyKernels {

    private FaultyKernels() {}

    /** @param broken asked at every attention; true throws */
    public static Kernels of(Kernels kernels, BooleanSupplier broken) {
        return (Kernels) Proxy.newProxyInstance(Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("attention") && broken.getAsBoolean()) {
                        throw new IllegalStateException("device lost");
                    }
                    try {
                        return method.invoke(kernels, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }
}
