use super::Page;

fn fill(page: &mut Page, devices: &[(&str, f64)], load: Option<f64>) {
    page.open();
    let mut rows = page.counter("bytes_total", "Bytes moved.");
    for (device, value) in devices {
        rows.put(&[("device", device)], *value);
    }
    let mut rows = page.gauge("load", "Load.");
    if let Some(load) = load {
        rows.set(load);
    }
    page.close();
}

fn text(page: &Page) -> String {
    let mut out = Vec::new();
    page.render(&mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn the_text_escapes_label_values_and_leaves_out_families_without_rows() {
    let mut page = Page::new();
    fill(&mut page, &[("a\"b\\c\nd", 1e21), ("é", -0.5)], None);
    assert_eq!(
        text(&page),
        "# HELP bytes_total Bytes moved.\n# TYPE bytes_total counter\n\
         bytes_total{device=\"a\\\"b\\\\c\\nd\"} 1e21\nbytes_total{device=\"é\"} -0.5\n"
    );
}

#[test]
fn values_that_are_no_numbers_are_written_as_the_format_spells_them() {
    let mut page = Page::new();
    let values = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 9e15, 0.0];
    let devices: Vec<_> = ["a", "b", "c", "d", "e"].into_iter().zip(values).collect();
    fill(&mut page, &devices, None);
    let text = text(&page);
    let written: Vec<_> = text
        .lines()
        .skip(2)
        .filter_map(|line| line.split(' ').nth(1))
        .collect();
    assert_eq!(written, ["NaN", "+Inf", "-Inf", "9000000000000000", "0"]);
}

#[test]
fn the_layout_stays_while_only_values_change() {
    let mut page = Page::new();
    fill(&mut page, &[("a", 1.0), ("b", 2.0)], Some(0.5));
    let layout = page.layout();
    fill(&mut page, &[("a", 3.0), ("b", 4.0)], Some(0.25));
    assert_eq!(page.layout(), layout);
    assert_eq!(page.values(), [3.0, 4.0, 0.25]);
}

#[test]
fn a_row_that_comes_goes_or_moves_makes_a_new_layout_with_exactly_the_rows_put() {
    type Step = (&'static [(&'static str, f64)], Option<f64>);
    let steps: [Step; 6] = [
        (&[("a", 1.0), ("b", 2.0)], Some(0.5)),
        (&[("a", 1.0)], Some(0.5)),
        (&[("b", 1.0)], Some(0.5)),
        (&[("b", 1.0), ("a", 2.0)], Some(0.5)),
        (&[("b", 1.0), ("a", 2.0)], None),
        (&[], None),
    ];
    let mut reused = Page::new();
    let mut layout = reused.layout();
    for (devices, load) in steps {
        fill(&mut reused, devices, load);
        let mut fresh = Page::new();
        fill(&mut fresh, devices, load);
        assert_eq!(text(&reused), text(&fresh));
        assert_ne!(reused.layout(), layout);
        layout = reused.layout();
    }
}

#[test]
fn a_page_put_on_another_keeps_families_and_rows() {
    let mut part = Page::new();
    fill(&mut part, &[("a\n", 1.0)], Some(2.0));
    let mut whole = Page::new();
    for _ in 0..2 {
        whole.open();
        whole.extend(&part);
        whole.close();
    }
    assert_eq!(text(&whole), text(&part));
}
