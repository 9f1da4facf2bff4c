package quern.appliance;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.VMOption;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import quern.config.ApplianceConfig;
import quern.gpu.Backend;
import quern.gpu.tensor.ElementType;

/** Which kernels a backend computes with, and whether the compiler is there that makes them fast. */
public final class KernelReport {

    private static final int C2_LEVEL = 4;

    private KernelReport() {}

    /** @param node gets the fields: lanes, threads, product, attention, KV type, products by weight type, compiler */
    public static void add(ObjectNode node, Backend backend, ApplianceConfig config) {
        Map<String, String> selection = backend.kernels().selection();
        node.put("kind", backend.kernels().name());
        node.put("lanes", selection.getOrDefault("lanes", "none"));
        node.put("threads", backend.team().threads());
        node.put("product", config.engine().product().name().toLowerCase(Locale.ROOT));
        node.put("attention", selection.getOrDefault("attention", "scalar"));
        node.put("kv_type", config.kv().type().name().toLowerCase(Locale.ROOT));
        node.put("compiler", compiler());
        Map<String, String> products = new TreeMap<>();
        for (ElementType type : ElementType.values()) {
            products.merge(selection.getOrDefault(type.name(), "scalar"), type.name(), (a, b) -> a + ", " + b);
        }
        products.forEach(node.putObject("products")::put);
    }

    /** Vector code is only fast where C2 compiled it. */
    private static String compiler() {
        String mode = System.getProperty("java.vm.info", "");
        if (!mode.contains("mixed")) {
            return "no C2: the JVM runs in " + mode;
        }
        HotSpotDiagnosticMXBean vm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        VMOption level = vm.getVMOption("TieredStopAtLevel");
        return Integer.parseInt(level.getValue()) >= C2_LEVEL
                ? "C2" : "no C2: -XX:TieredStopAtLevel=" + level.getValue();
    }
}
