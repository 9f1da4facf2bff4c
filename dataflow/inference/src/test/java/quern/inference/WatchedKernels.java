package quern.inference;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.function.IntConsumer;
import quern.gpu.kernel.Kernels;

/** Kernels that tell of every forward pass, so that a test's clock can go on by it. */
public final class WatchedKernels {

    private WatchedKernels() {}

    /** @param passes told the rows of each pass */
    public static Kernels of(Kernels kernels, IntConsumer passes) {
        return (Kernels) Proxy.newProxyInstance(Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("embed")) {
                        passes.accept((Integer) arguments[2]);
                    }
                    try {
                        return method.invoke(kernels, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }
}
