#![allow(warnings)]
use breve::{domain::{GenerationOptions,Precision,Architecture},engine::{open_local,OpenOptions}};
use std::time::Instant;
fn main(){ let a:Vec<String>=std::env::args().collect(); let dir=std::path::PathBuf::from(&a[1]); let n:usize=a[2].parse().unwrap(); let s:usize=a[3].parse().unwrap(); let l:usize=a[4].parse().unwrap(); let p=match a[5].as_str(){"f32"=>Precision::F32,"bf16"=>Precision::Bf16,_=>Precision::Int8}; let threads:usize=a[6].parse().unwrap(); let reps:usize=a[7].parse().unwrap();
 let t=Instant::now(); let m=open_local(&dir,&OpenOptions{precision:p,threads,..Default::default()}).unwrap(); println!("open {:?}",t.elapsed());
 let mut x=12345u64; let src:Vec<Vec<i64>>=(0..n).map(|_|(0..s).map(|_|{x=x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);100+((x>>33)%14900) as i64}).collect()).collect();
 let o=GenerationOptions{num_beams:Some(4),max_length:Some(l),min_length:Some(l),no_repeat_ngram_size:Some(if s>100{3}else{0}),early_stopping:Some(breve::domain::EarlyStopping::WhenFull),..Default::default()};
 let mut v=vec![]; for _ in 0..reps{ let t=Instant::now(); let r=m.generate_ids(&src,&o).unwrap(); v.push(t.elapsed().as_secs_f64()); assert!(r.iter().all(|r|r.len()>=l-1));} v.sort_by(|a,b|a.total_cmp(b)); println!("{n} x {s}->{l}: min {:.3} median {:.3} max {:.3}",v[0],v[reps/2],v[reps-1]);
 let st=std::fs::read_to_string("/proc/self/status").unwrap(); for l in st.lines().filter(|l|l.starts_with("VmRSS")||l.starts_with("VmHWM")||l.starts_with("RssAnon")){println!("{l}");}
}
