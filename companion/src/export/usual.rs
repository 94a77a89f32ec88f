//! What is usual of excerpts that the encoder did not learn from.

/// Share of them that count as unusually still.
pub const STILLEST: f64 = 0.02;

/// Fewest excerpts of which so small a share can be told.
const FEWEST: usize = 100;

/// The change that only the stillest do not reach; none for too few to tell.
pub fn least_change(mut changes: Vec<f32>) -> Option<f32> {
    changes.sort_by(f32::total_cmp);
    let rank = (changes.len() as f64 * STILLEST) as usize;
    changes.get(rank).copied().filter(|_| changes.len() >= FEWEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_excerpts_of_a_hundred_change_less_than_is_usual() {
        let changes = |count: u16| (0..count).rev().map(f32::from).collect::<Vec<_>>();
        assert_eq!(least_change(changes(100)), Some(2.0));
        assert_eq!(least_change(changes(1000)), Some(20.0));
        assert_eq!(least_change(changes(99)), None);
        assert_eq!(least_change(vec![]), None);
    }
}
