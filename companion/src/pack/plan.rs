//! Which track goes into which segment.

use std::collections::BTreeMap;

/// A track that is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Its id in the library.
    pub id: i64,
    /// SHA-256 of its path: the order of tracks, which has nothing to do with how they sound.
    pub key: [u8; 32],
    /// The segment that it was in.
    pub segment: Option<u32>,
    /// How many excerpts it has.
    pub rows: usize,
}

/// A segment to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Its number in the library.
    pub number: u32,
    /// Its tracks, in order.
    pub members: Vec<Member>,
}

/// Divides tracks into segments of at most `most_rows` excerpts, in order of their numbers; `next` is the first free number.
///
/// A segment that stays at least half full keeps its tracks. The others, and tracks that were in none, are dealt out
/// anew, in order: so every segment is a random sample of them.
pub fn plan(members: Vec<Member>, next: u32, most_rows: usize) -> Vec<Planned> {
    let mut segments: BTreeMap<u32, Vec<Member>> = BTreeMap::new();
    let (mut pool, mut planned, mut free) = (Vec::new(), Vec::new(), Vec::new());
    for member in members {
        match member.segment {
            Some(number) => segments.entry(number).or_default().push(member),
            None => pool.push(member),
        }
    }
    for (number, mut members) in segments {
        let count = fitting(&mut members, most_rows);
        pool.extend(members.drain(count..));
        if members.iter().map(|member| member.rows).sum::<usize>() * 2 < most_rows {
            free.push(number);
            pool.extend(members);
        } else {
            planned.push(Planned { number, members });
        }
    }
    let mut numbers = free.into_iter().chain(next..);
    pool.sort_unstable_by_key(|member| member.key);
    for members in cut(&pool, most_rows) {
        planned.extend(numbers.next().map(|number| Planned { number, members: members.to_vec() }));
    }
    planned.sort_by_key(|planned| planned.number);
    planned
}

/// Puts tracks in order, and counts how many of the first have no more than `most_rows` excerpts together.
fn fitting(members: &mut [Member], most_rows: usize) -> usize {
    members.sort_unstable_by_key(|member| member.key);
    cut(members, most_rows).next().map_or(0, <[Member]>::len)
}

/// Divides tracks in order into pieces of at most `most_rows` excerpts each.
fn cut(members: &[Member], most_rows: usize) -> impl Iterator<Item = &[Member]> {
    let mut rows = 0;
    members.chunk_by(move |before, member| {
        rows += before.rows;
        let fits = rows + member.rows <= most_rows;
        rows = if fits { rows } else { 0 };
        fits
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST_ROWS: usize = 10;

    fn member(id: i64, segment: Option<u32>, rows: usize) -> Member {
        Member { id, key: [id as u8; 32], segment, rows }
    }

    fn ids(planned: &[Planned]) -> Vec<(u32, Vec<i64>)> {
        planned
            .iter()
            .map(|planned| (planned.number, planned.members.iter().map(|member| member.id).collect()))
            .collect()
    }

    #[test]
    fn new_tracks_fill_segments_in_order_of_their_keys() {
        let members = vec![member(4, None, 3), member(1, None, 4), member(3, None, 4), member(2, None, 5)];
        assert_eq!(ids(&plan(members, 0, MOST_ROWS)), [(0, vec![1, 2]), (1, vec![3, 4])]);
        assert_eq!(plan(Vec::new(), 0, MOST_ROWS), []);
    }

    #[test]
    fn segments_that_are_half_full_stay_and_the_others_are_dealt_out_anew() {
        let members = vec![
            member(5, Some(0), 2),
            member(9, Some(0), 3),
            member(6, Some(1), 4),
            member(2, Some(3), 10),
            member(7, None, 6),
            member(1, None, 1),
        ];
        let planned = plan(members, 4, MOST_ROWS);
        assert_eq!(ids(&planned), [(0, vec![5, 9]), (1, vec![1, 6]), (3, vec![2]), (4, vec![7])]);
    }

    #[test]
    fn a_plan_that_is_made_again_stays() {
        let first = plan((0..50).map(|id| member(id, None, 1 + id as usize % 4)).collect(), 0, MOST_ROWS);
        let again = first.iter().flat_map(|planned| {
            planned.members.iter().map(|member| Member { segment: Some(planned.number), ..*member })
        });
        assert_eq!(ids(&plan(again.collect(), first.len() as u32, MOST_ROWS)), ids(&first));
    }

    #[test]
    fn a_segment_whose_tracks_have_grown_gives_up_its_last() {
        let members = vec![member(1, Some(0), 8), member(2, Some(0), 1), member(3, Some(0), 4)];
        assert_eq!(ids(&plan(members, 1, MOST_ROWS)), [(0, vec![1, 2]), (1, vec![3])]);
    }
}
