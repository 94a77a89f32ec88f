//! Figures as a table: one row a figure, one column a system.

use super::card::Figure;

/// Cells, the header first; all rows have the same length.
pub struct Table(Vec<Vec<String>>);

impl Table {
    pub fn new(figures: &[Figure]) -> Self {
        let (systems, names) = (distinct(figures, |f| &f.system), distinct(figures, |f| &f.name));
        let header = std::iter::once("").chain(systems.iter().copied()).map(str::to_owned).collect();
        let cell = |name: &str, system: &str| {
            let figure = figures.iter().find(|figure| figure.name == name && figure.system == system);
            figure.map(show).unwrap_or_default()
        };
        let row = |name: &&str| {
            std::iter::once((*name).to_owned()).chain(systems.iter().map(|system| cell(name, system))).collect()
        };
        Self(std::iter::once(header).chain(names.iter().map(row)).collect())
    }

    /// Aligned columns for a terminal.
    pub fn text(&self) -> String {
        self.lines(|cells| cells.join("  ").trim_end().to_owned())
    }

    /// A Markdown table.
    pub fn markdown(&self) -> String {
        let bordered = |cells: &[String]| format!("| {} |", cells.join(" | "));
        let text = self.lines(bordered);
        let rule: Vec<String> = self.widths().iter().map(|&width| "-".repeat(width)).collect();
        let (header, rest) = text.split_once('\n').unwrap_or((&text, ""));
        format!("{header}\n{}\n{rest}", bordered(&rule))
    }

    fn widths(&self) -> Vec<usize> {
        let columns = self.0.first().map_or(0, Vec::len);
        (0..columns).map(|i| self.0.iter().map(|row| row[i].chars().count()).max().unwrap_or(0).max(3)).collect()
    }

    fn lines(&self, line: impl Fn(&[String]) -> String) -> String {
        let widths = self.widths();
        let padded = |row: &Vec<String>| -> Vec<String> {
            row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}")).collect()
        };
        self.0.iter().map(|row| line(&padded(row)) + "\n").collect()
    }
}

fn show(figure: &Figure) -> String {
    let value = figure.value;
    match figure.interval {
        Some([low, high]) => format!("{value:.3} {low:.2}–{high:.2}"),
        None if value.fract() == 0.0 => format!("{value:.0}"),
        None => format!("{value:.*}", decimals(value)),
    }
}

/// Decimals that leave three digits to be seen.
fn decimals(value: f64) -> usize {
    (2.0 - value.abs().log10().floor()).clamp(0.0, 9.0) as usize
}

pub fn distinct(figures: &[Figure], name: fn(&Figure) -> &str) -> Vec<&str> {
    let mut names = Vec::new();
    for figure in figures {
        if !names.contains(&name(figure)) {
            names.push(name(figure));
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let figure = |system: &str, name: &str, value, interval| Figure {
            system: system.into(),
            name: name.into(),
            value,
            interval,
            queries: 1,
        };
        Table::new(&[
            figure("embedding", "hit", 0.5, Some([0.25, 0.75])),
            figure("embedding", "hubs", 7.0, None),
            figure("embedding", "error", 0.01234, None),
            figure("embedding", "time", 123.4, None),
            figure("chance", "hit", 0.0, Some([0.0, 0.1])),
        ])
    }

    #[test]
    fn columns_are_aligned_and_what_was_not_measured_stays_empty() {
        let expected = [
            "       embedding        chance",
            "hit    0.500 0.25–0.75  0.000 0.00–0.10",
            "hubs   7",
            "error  0.0123",
            "time   123",
        ];
        assert_eq!(table().text().lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn markdown_has_a_rule_below_its_header() {
        let markdown = table().markdown();
        let lines: Vec<&str> = markdown.lines().collect();
        assert_eq!(lines.len(), 6);
        assert!(lines[1].starts_with("| ----- | --") && lines.iter().all(|line| line.matches('|').count() == 4));
    }
}
