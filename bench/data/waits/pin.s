;; sbis, rjmp
l:      sbic PIND, 0
        rjmp l

;; sbic, rjmp with wdr
l:      wdr
        sbic PIND, 0
        rjmp l

;; in, andi, brne
l:      in r16, PIND
        andi r16, 8
        brne l

;; in, sbrc
l:      in r16, PIND
        sbrc r16, 3
        rjmp l

;; in, com, andi, breq
l:      in r16, PIND
        com r16
        andi r16, 8
        breq l

;; in, lsr, brcs
l:      in r16, PIND
        lsr r16
        brcs l

;; in, ror, brcs
l:      in r16, PIND
        ror r16
        brcs l

;; bst, brts
l:      in r16, PIND
        bst r16, 3
        brts l

;; two pins
l:      sbis PIND, 0
        rjmp x
        sbic PIND, 1
        rjmp l
x:      nop

;; two pins, in and cp
l:      in r16, PIND
        andi r16, 3
        cpi r16, 3
        breq l

;; change of a port
        in r17, PIND
l:      in r16, PIND
        cp r16, r17
        breq l

;; change by eor
        in r17, PIND
l:      in r16, PIND
        eor r16, r17
        breq l

;; last value kept
l:      mov r17, r16
        in r16, PIND
        cp r16, r17
        breq l

;; with a timeout
        clr r17
        clr r18
l:      sbis PIND, 0
        rjmp x
        subi r17, 1
        sbci r18, 0
        brne l
x:      nop

;; pulse length
        clr r17
l:      inc r17
        sbic PIND, 0
        rjmp l

;; pulse length that saturates
        clr r17
l:      cpi r17, 255
        breq m
        inc r17
m:      sbic PIND, 0
        rjmp l

;; debounced: 8 equal samples
l:      lsl r16
        sbic PIND, 0
        ori r16, 1
        cpi r16, 0
        brne l

;; debounced: counter goes back
l:      sbic PIND, 0
        ldi r16, 10
        dec r16
        brne l

;; debounced with a delay
l:      rcall delay
        lsl r16
        sbic PIND, 0
        ori r16, 1
        cpi r16, 0
        brne l

;; by a routine
l:      rcall look
        brne l

;; by a routine, after a delay
l:      rcall delay
        sbic PIND, 0
        rjmp l

;; by a routine, after a timer delay
l:      rcall flag
        sbic PIND, 0
        rjmp l

;; by a routine, after a tick
l:      rcall tick
        sbic PIND, 0
        rjmp l

;; majority of three
l:      clr r17
        sbic PIND, 0
        inc r17
        sbic PIND, 0
        inc r17
        sbic PIND, 0
        inc r17
        cpi r17, 2
        brsh l

;; mirrored by OUT
l:      in r16, PIND
        out PORTB, r16
        sbrc r16, 0
        rjmp l

;; mirrored by SBI and CBI
l:      sbic PIND, 0
        sbi PORTB, 1
        sbis PIND, 0
        cbi PORTB, 1
        sbic PIND, 0
        rjmp l

;; mirrored, branches
l:      sbis PIND, 0
        rjmp m
        sbi PORTB, 1
        rjmp l
m:      cbi PORTB, 1
        rjmp l

;; mirrored inverted by OUT
l:      in r16, PIND
        com r16
        out PORTB, r16
        rjmp l

;; mirrored under a mask
l:      in r16, PIND
        andi r16, 1
        in r17, PORTB
        andi r17, 254
        or r17, r16
        out PORTB, r17
        rjmp l

;; ACO
l:      sbis ACSR, 5
        rjmp l

;; EEWE, endless
l:      sbis EECR, EEWE
        rjmp l

;; state machine that idles
        ldi r20, 0
l:      cpi r20, 1
        breq s1
        cpi r20, 2
        breq s2
        sbis PIND, 0
        ldi r20, 1
        rjmp l
s1:     sbis PIND, 1
        ldi r20, 2
        rjmp l
s2:     clr r20
        rjmp l

;; state in two states, toggling
        ldi r20, 0
l:      cpi r20, 1
        breq s1
        sbic PIND, 0
        ldi r20, 1
        rjmp l
s1:     sbic PIND, 1
        ldi r20, 0
        rjmp l

;; pin of a table by Z
l:      ld r18, Z
        in r16, PIND
        and r16, r18
        cp r16, r18
        breq l

;; free running counter beside
l:      subi r17, 255
        sbci r18, 255
        sbci r19, 255
        sbic PIND, 0
        rjmp l

;; random seed while waiting
        ldi r17, 1
l:      lsr r17
        ror r18
        brcc m
        ldi r19, 0xB4
        eor r17, r19
m:      sbic PIND, 0
        rjmp l

;; four-byte counter beside
l:      subi r17, 255
        sbci r18, 255
        sbci r19, 255
        sbci r21, 255
        sbic PIND, 0
        rjmp l

;; eight pins, bit by bit
l:      clr r16
        sbic PIND, 0
        ori r16, 1
        sbic PIND, 1
        ori r16, 2
        sbic PIND, 2
        ori r16, 4
        sbic PIND, 3
        ori r16, 8
        sbic PIND, 4
        ori r16, 16
        sbic PIND, 5
        ori r16, 32
        sbic PIND, 6
        ori r16, 64
        cpi r16, 127
        breq l

;; eight pins, rotated in
l:      ldi r17, 8
        in r18, PIND
m:      lsr r18
        ror r16
        dec r17
        brne m
        cpi r16, 127
        breq l

;; six buttons polled, an action each
l:      sbis PIND, 0
        rjmp x
        sbis PIND, 1
        rjmp x
        sbis PIND, 2
        rjmp x
        sbis PIND, 3
        rjmp x
        sbis PIND, 4
        rjmp x
        sbis PIND, 5
        rjmp x
        rjmp l
x:      inc r19
        out PORTB, r19

;; six buttons polled, by routines
l:      sbis PIND, 0
        rcall act
        sbis PIND, 1
        rcall act
        sbis PIND, 2
        rcall act
        sbis PIND, 3
        rcall act
        sbis PIND, 4
        rcall act
        sbis PIND, 5
        rcall act
        rjmp l

;; main loop of three tasks
l:      rcall task1
        rcall task2
        rcall task3
        rjmp l

;; main loop of three tasks and a timeout
        clr r26
        clr r27
l:      rcall task1
        rcall task2
        rcall task3
        subi r26, 1
        sbci r27, 0
        brne l

;; LED blink by a counter
l:      subi r17, 1
        sbci r18, 0
        brne m
        in r19, PORTB
        ldi r21, 1
        eor r19, r21
        out PORTB, r19
m:      sbic PIND, 0
        rjmp l
