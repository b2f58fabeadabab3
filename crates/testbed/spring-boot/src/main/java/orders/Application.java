package orders;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** A service whose meters hold what pages of real services hold: awkward label values, histograms, timers. */
@SpringBootApplication
@RestController
public class Application {
    private final MeterRegistry registry;
    private final DistributionSummary sizes;

    Application(MeterRegistry registry) {
        this.registry = registry;
        this.sizes = DistributionSummary.builder("orders.size")
                .description("Items of an order")
                .publishPercentileHistogram()
                .minimumExpectedValue(1.0)
                .maximumExpectedValue(64.0)
                .register(registry);
    }

    public static void main(String[] arguments) {
        SpringApplication.run(Application.class, arguments);
    }

    /** Counts an order of so many items; the note goes into a label as it is. */
    @GetMapping("/orders")
    String order(@RequestParam int items, @RequestParam String note) {
        sizes.record(items);
        registry.counter("orders.placed", "note", note).increment();
        return "ok\n";
    }
}
