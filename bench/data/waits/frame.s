; Around each of the waits: Timer/Counter0 runs at CK, port B is output, all pins of port D stand high.
; TIMER0_OVF is vector 2 of the AT90S1200 and vector 6 of the ATtiny2313, which stands for it where a peer needs RAM.
        rjmp start
        reti
        rjmp overflow
        reti
        reti
        reti
        rjmp overflow
start:  ldi r16, 1
        out TCCR0, r16
        ldi r16, 0xFF
        out DDRB, r16
        ldi r24, 2
        ldi r30, 20
again:
        ; the wait
        rjmp again

delay:  ldi r25, 69
delay1: dec r25
        brne delay1
        ret
tick:   in r25, TCNT0
        sub r25, r20
        cpi r25, 47
        brcc tick
        subi r20, 48
        ret
flag:   in r25, TIFR
        sbrs r25, 1
        rjmp flag
        out TIFR, r24
        ret
look:   in r25, PIND
        andi r25, 8
        ret
both:   rcall delay
        rjmp delay
act:    inc r19
        out PORTB, r19
        ret
task1:  sbis PIND, 0
        rjmp pressed
        ret
pressed: sbi PORTB, 0
        inc r19
        ret
task2:  in r16, PIND
        andi r16, 0x0C
        cpi r16, 0x0C
        breq none
        inc r21
        out PORTB, r21
none:   ret
task3:  mov r16, r19
        or r16, r21
        tst r16
        breq off
        cbi PORTB, 5
        ret
off:    sbi PORTB, 5
        ret
overflow: in r15, SREG
        inc r22
        ldi r23, 1
        out SREG, r15
        reti
